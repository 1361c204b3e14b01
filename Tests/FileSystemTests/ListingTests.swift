import Glibc
import Replica
import TestSupport
import Testing

@testable import FileSystem

@Suite struct ListingTests {
  static let hostileNames: [[UInt8]] = [
    Array("new\nline".utf8), Array("\u{1b}[31mred".utf8), [0xff, 0xfe, 0x80], Array("-rf".utf8),
    Array("*".utf8), Array("$(id)".utf8), Array("\u{e9}".utf8), Array("e\u{301}".utf8),
    [UInt8](repeating: 0xc3, count: 255), [1], Array("...".utf8), Array(" ".utf8), Array(".a".utf8),
  ]

  @Test func `names come back byte for byte, sorted`() throws {
    let temporary = try TemporaryDirectory()
    let directory = try temporary.root().top()
    for name in Self.hostileNames { try directory.write("x", to: name) }
    let expected = Self.hostileNames.sorted { $0.lexicographicallyPrecedes($1) }
    let names = try directory.names()
    #expect(names == expected)
    for name in names {
      #expect(try directory.text(of: name) == "x")
      try directory.removeFile(name)
    }
    #expect(try directory.names().isEmpty)
  }

  @Test func `statuses are those of single questions`() throws {
    let temporary = try TemporaryDirectory()
    let directory = try temporary.root().top()
    try directory.write("four", to: "file".utf8)
    try directory.makeDirectory("directory".utf8)
    try directory.makeLink("link".utf8, target: "nowhere".utf8)
    try directory.makeFIFO("fifo")
    var listing = Listing()
    try directory.listStatuses(into: &listing)
    let statuses = try listing.found.map { try directory.status(of: listing.name(of: $0)) }
    let found = listing.found.compactMap { one in
      if case .status(let status) = one.sighting { status } else { nil }
    }
    #expect(found == statuses)
    #expect(found.map(\.kind) == [.directory, .special, .file, .link])
    #expect(found.map(\.size).suffix(2) == [4, 7])
  }

  @Test func `more names than a buffer holds are all listed, again and again`() throws {
    let temporary = try TemporaryDirectory()
    let directory = try temporary.root().top()
    let expected = (10_000..<16_000).map { Array("name-of-a-file-\($0)".utf8) }
    for name in expected { _ = try directory.createFile(name, mode: 0o600) }
    var listing = Listing()
    for _ in 0..<2 {
      try directory.listStatuses(into: &listing)
      #expect(listing.found.map { Array(listing.name(of: $0)) } == expected)
    }
    for name in expected.dropFirst() { try directory.removeFile(name) }
    try directory.listStatuses(into: &listing)
    #expect(listing.found.map { Array(listing.name(of: $0)) } == [expected[0]])
  }

  @Test func `a name that is given twice is listed once`() {
    let given = ["b", "name-1", "a", "b", "name-2", "name-1", "name-1", "c"]
    var names: [UInt8] = []
    var keys: [NameKey] = []
    for name in given {
      keys.append(NameKey(start: UInt32(names.count), count: UInt16(name.utf8.count)))
      names += Array(name.utf8) + [0]
    }
    names += [UInt8](repeating: 0, count: NameKey.prefixByteCount)
    keys.sort(names: names)
    let listed = keys.map { key in
      String(decoding: names[Int(key.start)...].prefix(Int(key.count)), as: UTF8.self)
    }
    #expect(listed == ["a", "b", "c", "name-1", "name-2"])
  }

  @Test func `a name that vanished has its error`() throws {
    let temporary = try TemporaryDirectory()
    let root = try temporary.root()
    var found: [Listing.Found] = []
    let keys = [NameKey(start: 0, count: 4)]
    Directory.appendStatuses(
      of: keys, Array("gone\0".utf8), in: root.descriptor, to: &found)
    #expect(found.allSatisfy { $0.sighting.isAbsence } && found.count == 1)
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `keys sort as their bytes do`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let alphabet: [UInt8] = [1, UInt8(ascii: "a"), 0x80, 0xff]
    let shared = (0..<Int.random(in: 0...9, using: &random)).map { _ in UInt8(ascii: "s") }
    var distinct: Set<[UInt8]> = []
    for _ in 0..<Int.random(in: 0...40, using: &random) {
      let rest = (0..<Int.random(in: 0...12, using: &random)).map { index in
        index < 7 ? UInt8(ascii: "a") : alphabet.randomElement(using: &random) ?? 1
      }
      if !(shared + rest).isEmpty { distinct.insert(shared + rest) }
    }
    var names: [UInt8] = []
    var keys: [NameKey] = []
    for name in distinct {
      keys.append(NameKey(start: UInt32(names.count), count: UInt16(name.count)))
      names += name + [0]
    }
    names += [0, 0, 0, 0, 0, 0, 0, 0]
    keys.sort(names: names)
    let sorted = keys.map { Array(names[Int($0.start)...].prefix(Int($0.count))) }
    #expect(sorted == distinct.sorted { $0.lexicographicallyPrecedes($1) })
  }
}
