import Chunks
import FileSystem
import Glibc
import Hashing
import Replica
import Scan
import TestSupport
import Testing

@Suite struct ScannerTests {
  let tree: ScannedTree

  init() throws {
    tree = try ScannedTree()
  }

  @Test func `a first scan lists all in key order, with digests`() throws {
    for path in ["a", "a!", "b"] { try tree.directory(path) }
    try tree.file("a/z", "one")
    try tree.file("b/f", "")
    try tree.file("a.txt", "two")
    try tree.link("a/link", to: "nowhere")
    try tree.directory(".treemend")
    try tree.file(".treemend/state")
    let report = try tree.scan()
    #expect(tree.paths == ["a", "a/link", "a/z", "a!", "a.txt", "b", "b/f"])
    let digests = tree.index.entries.map(\.attributes.digest)
    #expect(
      digests == [
        .zero, digest("nowhere"), digest("one"), .zero, digest("two"), .zero, digest(""),
      ])
    let kinds = tree.index.entries.map(\.attributes.kind)
    #expect(kinds == [.directory, .link, .file, .directory, .file, .directory, .file])
    let own = VersionVector(ScannedTree.replica)
    #expect(tree.index.entries.allSatisfy { $0.vector == own })
    #expect(report.problems.isEmpty)
    #expect((report.foundCount, report.rememberedCount) == (7, 0))
    #expect(report.hashedByteCount == 13)
  }

  @Test func `the chunks of large files are kept, all of them, and of no others`() throws {
    var random = SplitMix(seed: 5)
    var contents: [Path: [UInt8]] = [:]
    let limit = Int(ChunkList.keptByteCount)
    for (name, byteCount) in [("a", limit), ("b", limit - 1), ("c", limit + 70_001)] {
      let content = random.bytes(byteCount)
      try makeFile(tree.bytes(name), content: content)
      if byteCount >= limit { contents[Path(uncheckedKey: Array(name.utf8))] = content }
    }
    try tree.file("d")
    try tree.scan()
    #expect(Set(tree.index.chunks.keys) == Set(contents.keys))
    for (path, content) in contents {
      var sha256 = SHA256()
      let kept = try #require(tree.index.chunks[path])
      #expect(kept.list == ChunkList(of: content))
      #expect(kept.digest == sha256.digest(of: content))
    }
  }

  @Test func `a second scan keeps every row and hashes nothing`() throws {
    try tree.directory("d")
    for name in ["d/1", "d/2", "e", "f"] { try tree.file(name) }
    try tree.link("g", to: "f")
    try tree.scan()
    tree.index.regroup(by: 2)
    let before = tree.index.entries
    let report = try tree.scan()
    #expect(tree.index.steps == [.kept(0), .kept(1), .kept(2)])
    #expect(tree.index.entries == before)
    #expect((report.hashedByteCount, report.foundCount, report.rememberedCount) == (0, 6, 6))
  }

  @Test func `a racy file is hashed again, and is no change`() throws {
    try tree.file("f")
    try tree.scan(clock: ScannedTree.racyClock)
    #expect(tree.index.stamps == [.unknown])
    let report = try tree.scan()
    #expect(report.hashedByteCount == 7)
    #expect(try tree.version("f") == 1)
    #expect(try tree.scan().hashedByteCount == 0)
  }

  @Test func `rehashing reads every file, and is no change`() throws {
    try tree.file("f")
    try tree.scan()
    #expect(try tree.scan(rehashes: true).hashedByteCount == 7)
    #expect(try tree.version("f") == 1)
  }

  @Test func `a new file whose hashing is deferred is hashed by the next scan, as another change`()
    throws
  {
    try tree.file("known")
    try tree.scan()
    try tree.file("new", "news")
    try tree.file("known", "edited")
    try tree.link("link", to: "new")
    let report = try tree.scan(deferring: .new)
    #expect(report.hashedByteCount == 9)
    #expect(try tree.entry("known")?.attributes.digest == digest("edited"))
    #expect(try tree.entry("new")?.attributes.isHashed == false)
    #expect(try tree.entry("new")?.attributes.size == 4)
    #expect(tree.index.stamps.filter { $0 == .unknown }.count == 1)
    #expect(try tree.scan(deferring: .new).hashedByteCount == 4)
    #expect(try tree.entry("new")?.attributes.digest == digest("news"))
    #expect(try tree.version("new") == 2)
  }

  @Test func `a large file that surely has changed is left to be hashed while it is sent`() throws {
    let byteCount = Deferral.changedByteCounts.lowerBound
    func resize(_ name: String, to size: Int64) throws {
      try requireSuccess("truncate", "-s", "\(size)", name, in: tree.temporary)
    }
    for name in ["f", "chmod", "expected", "replaced"] { try resize(name, to: byteCount) }
    try tree.file("small")
    try tree.file("link")
    #expect(try tree.scan(deferring: .changed).hashedByteCount == 4 * byteCount + 14)
    let remembered = try #require(try tree.entry("f"))
    for name in ["f", "expected", "small"] { try resize(name, to: byteCount - 1) }
    try resize("f", to: byteCount + 1)
    try requireSuccess("chmod", "600", "chmod", in: tree.temporary)
    try requireSuccess("rm", "replaced", in: tree.temporary)
    try tree.link("replaced", to: "f")
    let path = Path(uncheckedKey: Array("expected".utf8))
    let expected = Entry(
      path: path, attributes: .file(mode: 0o644, size: 1, modified: 5, digest: digest("x")),
      vector: remembered.vector.raised(by: ReplicaID(rawValue: 3), in: 2))
    try resize("expected", to: byteCount + 2)
    let report = try tree.scan(deferring: .changed, expected: [path: expected])
    #expect(report.unhashedCount == 1)
    // The one that a killed run may have brought, the one with another mode, the one that is small.
    #expect(report.hashedByteCount == 3 * byteCount + 2)
    #expect(try tree.entry("f")?.attributes.isHashed == false)
    #expect(try tree.entry("f")?.attributes.size == byteCount + 1)
    #expect(try tree.entry("f")?.vector == remembered.vector.raised(by: ScannedTree.replica, in: 1))
    // What has not been hashed is not left out again.
    #expect(try tree.scan(deferring: .changed).hashedByteCount == byteCount + 1)
    try resize("f", to: byteCount)
    #expect(try tree.scan(rehashes: true, deferring: .changed).unhashedCount == 0)
  }

  @Test func `a deleted file becomes a tombstone, and is raised when it is there again`() throws {
    for name in ["e", "f", "g"] { try tree.file(name) }
    try tree.scan()
    try tree.remove("f")
    try tree.scan()
    #expect(tree.paths == ["e", "f", "g"])
    #expect(try tree.entry("f")?.attributes == .tombstone(deleted: ScannedTree.now))
    #expect(try tree.version("f") == 2)
    #expect(try tree.version("e") == 1)
    try tree.scan()
    #expect(try tree.version("f") == 2)
    try tree.file("f")
    try tree.scan()
    #expect(try tree.entry("f")?.attributes.digest == digest("content"))
    #expect(try tree.version("f") == 3)
  }

  @Test func `a removed subtree becomes tombstones, each of them raised`() throws {
    try tree.directory("d")
    try tree.directory("d/e")
    for name in ["d/e/f", "d!", "z"] { try tree.file(name) }
    try tree.scan()
    for path in ["d/e/f", "d/e", "d"] { try tree.remove(path) }
    let report = try tree.scan()
    #expect(tree.paths == ["d", "d/e", "d/e/f", "d!", "z"])
    let isLive = tree.index.entries.map(\.attributes.isLive)
    #expect(isLive == [false, false, false, true, true])
    let versions = tree.index.entries.map { $0.vector[ScannedTree.replica] }
    #expect(versions == [2, 2, 2, 1, 1])
    #expect((report.foundCount, report.rememberedCount) == (2, 5))
  }

  @Test(arguments: ["f", "d"])
  func `another mode alone is a change`(path: String) throws {
    try tree.file("f")
    try tree.directory("d")
    try tree.scan()
    let before = try #require(try tree.entry(path))
    try setMode(tree.bytes(path), 0o700)
    try tree.scan()
    let after = try #require(try tree.entry(path))
    #expect(after.attributes.mode == 0o700)
    #expect(after.attributes.hasSameContent(as: before.attributes))
    #expect(try tree.version(path) == 2)
    #expect(try tree.version(path == "f" ? "d" : "f") == 1)
  }

  @Test func `a touched file is a change of its time alone`() throws {
    try tree.file("f")
    try tree.scan()
    try touch(tree.bytes("f"), (1_600_000_000, 5))
    let report = try tree.scan()
    #expect(report.hashedByteCount == 7)
    #expect(try tree.entry("f")?.attributes.modified == 1_600_000_000_000_000_005)
    #expect(try tree.entry("f")?.attributes.digest == digest("content"))
    #expect(try tree.version("f") == 2)
  }

  @Test func `a file becomes a directory, and a directory a file`() throws {
    try tree.file("a")
    try tree.directory("b")
    try tree.file("b/f")
    try tree.scan()
    for path in ["a", "b/f", "b"] { try tree.remove(path) }
    try tree.directory("a")
    try tree.file("a/f")
    try tree.file("b")
    try tree.scan()
    #expect(tree.paths == ["a", "a/f", "b", "b/f"])
    let kinds = tree.index.entries.map(\.attributes.kind)
    #expect(kinds == [.directory, .file, .file, .tombstone])
    let versions = tree.index.entries.map { $0.vector[ScannedTree.replica] }
    #expect(versions == [2, 1, 2, 2])
  }

  @Test func `rows are replaced in their order`() throws {
    for name in ["a", "b", "c", "d", "e", "f"] { try tree.file(name) }
    try tree.scan()
    tree.index.regroup(by: 2)
    try tree.file("d", "other")
    let report = try tree.scan()
    #expect(tree.index.steps == [.kept(0), .dropped(1), .appended(2), .kept(2)])
    #expect(tree.paths == ["a", "b", "c", "d", "e", "f"])
    #expect(try tree.entry("d")?.attributes.digest == digest("other"))
    #expect(report.hashedByteCount == 5)
  }

  @Test func `what is new around rows leaves them as they are`() throws {
    for name in ["b", "c", "e", "f"] { try tree.file(name) }
    try tree.scan()
    tree.index.regroup(by: 2)
    for name in ["a", "d", "g"] { try tree.file(name) }
    try tree.scan()
    #expect(
      tree.index.steps == [.appended(1), .kept(0), .appended(1), .kept(1), .appended(1)])
    #expect(tree.paths == ["a", "b", "c", "d", "e", "f", "g"])
  }

  @Test func `thousands of files come into the middle of a row`() throws {
    for name in ["a", "z"] { try tree.file(name) }
    try tree.scan()
    for number in 1000..<3000 { try tree.file("m\(number)", "\(number)") }
    let report = try tree.scan()
    #expect(tree.paths == ["a"] + (1000..<3000).map { "m\($0)" } + ["z"])
    #expect(tree.index.steps.filter { $0 == .dropped(0) }.count == 1)
    #expect(report.hashedByteCount == 8000)
    #expect(tree.index.entries.allSatisfy { $0.vector == VersionVector(ScannedTree.replica) })
    #expect(try tree.entry("m2345")?.attributes.digest == digest("2345"))
  }

  @Test func `what is new before a row comes before more than a row's worth that is new in it`()
    throws
  {
    for name in ["b", "c", "z"] { try tree.file(name) }
    try tree.scan()
    tree.index.regroup(by: 2)
    try tree.file("a")
    let new = (1000..<1600).map { "bb\($0)" }
    for name in new { try tree.file(name) }
    try tree.scan()
    #expect(tree.paths == ["a", "b"] + new + ["c", "z"])
  }

  @Test func `what progress throws ends the scan`() throws {
    for number in 1000..<1300 { try tree.file("\(number)") }
    #expect(throws: CancellationError.self) {
      try tree.scan { _, _ in throw CancellationError() }
    }
  }

  @Test(.timeLimit(.minutes(5)))
  func `progress is told within a file, and what it throws ends the hashing`() throws {
    try tree.file("endless")
    #expect(truncate(tree.temporary.appending("endless"), 1 << 42) == 0)
    var told: [Int64] = []
    #expect(throws: CancellationError.self) {
      try tree.scan { _, byteCount in
        told.append(byteCount)
        if told.count == 5 { throw CancellationError() }
      }
    }
    #expect(told.last ?? 0 > told.first ?? 0, "\(told)")
  }

  @Test func `a file with content that its size does not tell of is unknown`() throws {
    let path = "/proc/sys/kernel/random"
    let report = try tree.scan(Root(openingDirectoryAt: Array(path.utf8)))
    let poolSize = Path(uncheckedKey: Array("poolsize".utf8))
    #expect(report.problems.contains(Problem(path: poolSize, code: .changed)))
    #expect(report.hashedByteCount == 0)
  }
}
