import FileSystem
import Glibc
import Replica
import Scan
import TestSupport
import Testing

/// What a scan cannot or must not look at stays as it is remembered.
@Suite struct UnknownTests {
  let tree: ScannedTree

  init() throws {
    tree = try ScannedTree()
  }

  @Test(.enabled(if: geteuid() != 0, "permission bits do not count for root"))
  func `what is in an unreadable directory stays as remembered`() throws {
    try tree.directory("d")
    for name in ["d/f", "d/g", "e"] { try tree.file(name) }
    try tree.scan()
    try setMode(tree.bytes("d"), 0)
    defer { try? setMode(tree.bytes("d"), 0o755) }
    let report = try tree.scan()
    let problem = Problem(path: try path("d"), code: .unreadable, systemCode: EACCES)
    #expect(report.problems == [problem])
    #expect(report.unknown == [try path("d")])
    #expect(try tree.version("d") == 2)
    #expect(try tree.version("d/f") == 1)
    #expect(try tree.entry("d/g")?.attributes.kind == .file)
  }

  @Test func `a FIFO is reported, not opened, and hides what is remembered`() throws {
    for name in ["e", "f", "g"] { try tree.file(name) }
    try tree.scan()
    let before = tree.index.entries
    try tree.remove("f")
    try tree.fifo("f")
    let report = try tree.scan(rehashes: true)
    #expect(report.problems == [Problem(path: try path("f"), code: .special)])
    #expect(report.unknown == [try path("f")])
    #expect(report.foundCount == 2)
    #expect(tree.index.entries == before)
  }

  @Test func `a FIFO in a directory's place hides all that was in it`() throws {
    try tree.directory("d")
    for name in ["d/f", "e"] { try tree.file(name) }
    try tree.scan()
    let before = tree.index.entries
    for path in ["d/f", "d"] { try tree.remove(path) }
    try tree.fifo("d")
    try tree.scan()
    #expect(tree.index.entries == before)
  }

  @Test func `a FIFO that is new is no entry`() throws {
    try tree.fifo("f")
    #expect(try tree.scan().problems.map(\.code) == [.special])
    #expect(tree.paths == [])
  }

  @Test func `what is left out is neither looked at nor taken for deleted`() throws {
    for path in ["d", "x", "x/y"] { try tree.directory(path) }
    for name in ["d/a.o", "d/b", "x/y/f", "x/g"] { try tree.file(name) }
    try tree.scan()
    let before = tree.index.entries
    for path in ["d/a.o", "x/g"] { try tree.remove(path) }
    try tree.file("x/y/f", "other")
    try tree.file("x/new")
    let report = try tree.scan(excluding: ["*.o", "/x/"])
    #expect(tree.index.entries == before)
    #expect(report.problems.isEmpty)
    #expect((report.foundCount, report.hashedByteCount) == (2, 0))
    try tree.scan()
    #expect(try tree.entry("d/a.o")?.attributes.isLive == false)
    #expect(try tree.version("x/y/f") == 2)
  }

  @Test func `a file that goes before it is hashed stays as remembered`() throws {
    // One row from first to last: its files are hashed when the walk has come to its end.
    for name in ["a", "m1299"] { try tree.file(name) }
    try tree.scan()
    try #require(tree.index.rows.count == 1)
    let before = try tree.entry("a")
    try tree.file("a", "other")
    try tree.file("b")
    for number in 1000..<1300 { try tree.file("m\(number)") }
    try tree.fifo("z")
    let report = try tree.scan { count, _ in
      if count == 256 { for path in ["a", "b"] { try tree.remove(path) } }
    }
    #expect(try tree.entry("a") == before)
    #expect(try tree.entry("b") == nil)
    let gone = [try path("a"), try path("b")]
    #expect(report.problems.filter { $0.code == .vanished }.map(\.path) == gone)
    #expect(report.unknown == gone + [try path("z")])
  }

  private func path(_ text: String) throws -> Path {
    try Path(slashed: Array(text.utf8))
  }

  @Test func `a directory in which a path is too long is reported, and what it holds stays`() throws
  {
    let name = [UInt8](repeating: UInt8(ascii: "n"), count: 250)
    var directory = try tree.temporary.root().openDirectory(.root)
    for _ in 0..<262 {
      try directory.makeDirectory(name)
      directory = try directory.openDirectory(name)
    }
    defer { try? removeTree(name, in: tree.temporary.root().openDirectory(.root)) }
    let report = try tree.scan()
    #expect(report.problems.map(\.systemCode) == [ENAMETOOLONG])
    #expect(report.unknown.map(\.key.count) == [261 * 251 - 1])
    #expect(tree.paths.count == 261)
    #expect(try tree.scan().problems.count == 1)
  }
}
