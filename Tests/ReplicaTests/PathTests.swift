import Testing

@testable import Replica

@Suite struct PathTests {
  /// A path, and its names as a plain list.
  private struct Sample {
    let names: [[UInt8]]
    var path: Path { Path(uncheckedKey: Array(names.joined(separator: [Path.separator]))) }
  }

  /// The root and all paths of one or two names, some of three, of names of one or two bytes.
  private static let samples: [Sample] = {
    let alphabet: [UInt8] = [0x01, UInt8(ascii: "."), UInt8(ascii: "0"), 0xff]
    let one = alphabet.map { [$0] }
    let two = one.flatMap { name in alphabet.map { name + [$0] } }
    let names = (one + two).filter { ![".", ".."].contains(String(decoding: $0, as: UTF8.self)) }
    let pairs = names.flatMap { name in names.map { [name, $0] } }
    let triples = pairs.prefix(60).flatMap { pair in names.prefix(4).map { pair + [$0] } }
    return ([[]] + names.map { [$0] } + pairs + triples).map(Sample.init)
  }()

  @Test func `key order is the order of paths name by name`() {
    let sorted = Self.samples.sorted { left, right in
      left.names.lexicographicallyPrecedes(right.names) { $0.lexicographicallyPrecedes($1) }
    }
    let paths = sorted.map(\.path)
    for (index, path) in paths.enumerated() {
      #expect(paths.count { $0 < path } == index, "\(path.slashed)")
      #expect(!(path < path))
    }
  }

  @Test func `a directory's subtree follows it without a gap`() {
    let paths = Self.samples.map(\.path).sorted()
    for (index, path) in paths.enumerated() {
      let subtree = paths.filter { $0.isBelow(path) }
      #expect(Array(paths[(index + 1)...].prefix(subtree.count)) == subtree, "\(path.slashed)")
    }
  }

  @Test func `a path is below what its names begin with`() {
    for sample in Self.samples {
      let path = sample.path
      let wrong = Self.samples.filter { other in
        let begins =
          sample.names.count > other.names.count && sample.names.starts(with: other.names)
        return path.isBelow(other.path) != begins
      }
      #expect(wrong.isEmpty, "\(path.slashed) and \(wrong.map(\.path.slashed))")
    }
  }

  @Test func `a path is its parent's, with its name appended`() throws {
    for sample in Self.samples.dropFirst() {
      let path = sample.path
      #expect(path.parent == Sample(names: sample.names.dropLast()).path)
      #expect(Array(path.name) == sample.names.last)
      #expect(path.parent.appending(path.name) == path)
      #expect(try Path(key: path.key) == path)
      #expect(try Path(slashed: path.slashed) == path)
    }
  }

  @Test func `the root has no name and is its own parent`() {
    #expect(Path.root.key.isEmpty)
    #expect(Path.root.name.isEmpty)
    #expect(Path.root.parent == .root)
    #expect(!Path.root.isBelow(.root))
    #expect(Path.root.appending(Array("a".utf8)).key == Array("a".utf8))
  }

  @Test(arguments: [
    "a", "a\0b", "...", ".a", "a.", "..a", "a..", ".\u{1}", "a b", "-", "\n", "\\", "a\0...\0b",
    String(repeating: "a", count: 255), "é", "*", "a\0.b\0..c",
  ])
  func `names that a file can have are a key`(key: String) throws {
    #expect(try Path(key: Array(key.utf8)).key == Array(key.utf8))
  }

  @Test(arguments: [
    "", "\0", ".", "..", "a\0.", "a\0..", ".\0a", "..\0a", "a\0.\0b", "a\0..\0b", "/", "a/b", "/a",
    "a/", "a\0b/c", "\0a", "a\0", "a\0\0b", "a\0\0", String(repeating: "a", count: 256),
    "b\0" + String(repeating: "a", count: 256), String(repeating: "a", count: 256) + "\0b",
  ])
  func `names that no file can have are no key`(key: String) {
    #expect(throws: MalformedKey()) { try Path(key: Array(key.utf8)) }
  }

  @Test func `names are bytes`() throws {
    #expect(try Path(key: [0xff]).key == [0xff])
    #expect(try Path(key: Array("\u{e9}".utf8)) != Path(key: Array("e\u{301}".utf8)))
  }

  @Test func `a key has at most 65536 bytes`() throws {
    let name = [UInt8](repeating: 0x61, count: 255)
    let names = Array(repeating: name, count: 255) + [name.dropLast(), [0x61]]
    let longest = Array(names.joined(separator: [0]))
    try #require(longest.count == 65_536)
    #expect(throws: Never.self) { try Path(key: longest) }
    #expect(throws: MalformedKey()) { try Path(key: longest + [0x61]) }
  }

  @Test func `a path is written with slashes`() throws {
    #expect(try Path(slashed: Array("a/b".utf8)).key == Array("a\0b".utf8))
    #expect(try Path(key: Array("a\0b".utf8)).slashed == Array("a/b".utf8))
  }

  @Test(arguments: ["", "/", "/a", "a/", "a//b", "./a", "a/../b", "a\0b", "\0"])
  func `a path written otherwise is none`(text: String) {
    #expect(throws: MalformedKey()) { try Path(slashed: Array(text.utf8)) }
  }
}
