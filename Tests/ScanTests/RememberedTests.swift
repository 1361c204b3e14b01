import FileSystem
import Glibc
import Hashing
import Replica
import Scan
import TestSupport
import Testing

/// A directory that has its remembered stamp is not listed: what it holds is what is remembered.
@Suite struct RememberedTests {
  let tree: ScannedTree

  init() throws {
    tree = try ScannedTree()
  }

  @Test func `a directory that is as it was is not listed, unless its stamp is not to be trusted`()
    throws
  {
    try tree.directory("d")
    for name in ["d/a", "d/b", "e"] { try tree.file(name) }
    try tree.scan()
    #expect(try tree.stamp("d") == Stamp(of: tree.status("d")))
    tree.index.edit { $0.remove("d/b") }
    try tree.scan()
    #expect(tree.paths == ["d", "d/a", "e"])
    try tree.scan(trustsStamps: false)
    #expect(tree.paths == ["d", "d/a", "d/b", "e"])
    tree.index.edit { $0.remove("d/b") }
    try tree.scan(rehashes: true)
    #expect(tree.paths == ["d", "d/a", "d/b", "e"])
  }

  @Test func `what changed in a directory that is as it was is found`() throws {
    for path in ["d", "d/s"] { try tree.directory(path) }
    for name in ["d/a", "d/b", "d/s/c"] { try tree.file(name) }
    try tree.scan()
    try tree.tick()
    let stamp = try tree.stamp("d")
    try tree.file("d/a", "other")
    try setMode(tree.bytes("d/s"), 0o700)
    try setMode(tree.bytes("d/b"), 0o600)
    let report = try tree.scan()
    #expect(try tree.stamp("d") == stamp)
    #expect(try tree.entry("d/a")?.attributes.digest == digest("other"))
    #expect(try tree.entry("d/b")?.attributes.mode == 0o600)
    #expect(try tree.entry("d/s")?.attributes.mode == 0o700)
    #expect((report.foundCount, report.rememberedCount, report.changedCount) == (5, 5, 3))
  }

  @Test func `a name that comes, goes or is another has its directory listed`() throws {
    for path in ["d", "e", "f", "f/s"] { try tree.directory(path) }
    for name in ["d/a", "e/a", "e/b", "f/a", "f/s/a"] { try tree.file(name) }
    try tree.scan()
    try tree.tick()
    try tree.file("d/b")
    try tree.remove("e/a")
    try tree.rename("f/a", "f/s/b")
    try tree.scan()
    let live = tree.index.entries.filter(\.attributes.isLive).map(\.path)
    #expect(
      live == tree.index.entries.map(\.path).filter { ![path("e/a"), path("f/a")].contains($0) })
    #expect(
      tree.paths == [
        "d", "d/a", "d/b", "e", "e/a", "e/b", "f", "f/a", "f/s", "f/s/a", "f/s/b",
      ])
  }

  @Test func `rows in which nothing changed are kept, and only those`() throws {
    for path in ["d", "d/s", "d/s/t"] { try tree.directory(path) }
    for name in ["d/a", "d/b", "d/s/a", "d/s/t/a", "d/s/u", "d/z"] { try tree.file(name) }
    try tree.scan()
    tree.index.regroup(by: 2)
    #expect(
      tree.paths == [
        "d", "d/a", "d/b", "d/s", "d/s/a", "d/s/t", "d/s/t/a", "d/s/u", "d/z",
      ])
    #expect(try tree.scan().rememberedCount == 9)
    #expect(tree.index.steps == (0..<5).map { .kept($0) })
    try tree.tick()
    try tree.file("d/s/t/a", "other")
    let report = try tree.scan()
    #expect(
      tree.index.steps == [.kept(0), .kept(1), .kept(2), .dropped(3), .appended(2), .kept(4)])
    #expect((report.foundCount, report.changedCount, report.scannedCount) == (9, 1, 9))
    #expect(try tree.entry("d/s/t/a")?.attributes.digest == digest("other"))
  }

  @Test func `thousands of rows, in directories that span many, are kept`() throws {
    for path in ["d", "d/m", "d/m/m"] { try tree.directory(path) }
    for name in ["d/a", "d/m/a", "d/m/z", "d/z"] { try tree.file(name, "") }
    for number in 10_000..<14_000 { try tree.file("d/m/m/\(number)", "") }
    try tree.scan()
    tree.index.regroup(by: 2)
    let report = try tree.scan()
    #expect(report.doubtful == [])
    #expect((report.foundCount, report.rememberedCount, report.changedCount) == (4007, 4007, 0))
    #expect(tree.index.steps == (0..<2004).map { .kept($0) })
    try tree.tick()
    try tree.file("d/m/m/12345", "edited")
    try tree.file("d/m/m/13000!", "")
    #expect(try tree.scan().changedCount == 2)
    #expect(try tree.entry("d/m/m/12345")?.attributes.digest == digest("edited"))
    #expect(try tree.entry("d/m/m/13000!")?.attributes.isLive == true)
  }

  @Test func `what went from the end of a directory needs no other to be listed`() throws {
    for path in ["d", "d/s"] { try tree.directory(path) }
    for name in ["d/s/a", "d/s/b", "d/s/c"] { try tree.file(name) }
    try tree.scan()
    try tree.tick()
    for name in ["d/s/b", "d/s/c"] { try tree.remove(name) }
    let report = try tree.scan()
    #expect(report.doubtful == [])
    #expect(tree.index.entries.map(\.attributes.isLive) == [true, true, true, false, false])
  }

  @Test func `a remembered name that is not there has its directory listed`() throws {
    try tree.directory("d")
    for name in ["d/a", "d/c"] { try tree.file(name) }
    try tree.scan()
    tree.index.edit { $0.insert("d/b", like: "d/a") }
    let report = try tree.scan()
    #expect(report.doubtful == [path("d")])
    #expect(try tree.stamp("d") == Stamp.none)
    #expect(tree.paths == ["d", "d/a", "d/b", "d/c"])
    #expect(tree.index.entries.map(\.attributes.isLive) == [true, true, false, true])
    #expect(try tree.scan().doubtful == [])
  }

  @Test func `nothing is taken for deleted because its directory is not remembered`() throws {
    for path in ["d", "d/s", "d/t"] { try tree.directory(path) }
    for name in ["d/a", "d/s/a", "d/z"] { try tree.file(name) }
    try tree.scan()
    tree.index.edit { rows in
      rows.remove("d/s")
      rows.insert("d/t/gone", like: "d/a", behind: "d/t")
      rows.remove("d/t")
    }
    let report = try tree.scan()
    #expect(report.doubtful == [path("d")])
    #expect(tree.paths == ["d", "d/a", "d/s", "d/s/a", "d/t", "d/t/gone", "d/z"])
    #expect(
      tree.index.entries.map(\.attributes.isLive) == [true, true, true, true, true, false, true])
    #expect(try tree.version("d/s/a") == 1)
  }

  @Test(arguments: [1, 2, 3])
  func `nothing is taken for deleted at the end of a row that is kept either`(rowCount: Int) throws
  {
    for path in ["d", "d/s", "d/s/t"] { try tree.directory(path) }
    for name in ["d/a", "d/b", "d/s/t/y", "d/z"] { try tree.file(name) }
    try tree.scan()
    tree.index.edit { $0.remove("d/s/t") }
    tree.index.regroup(by: rowCount)
    let report = try tree.scan()
    #expect(report.doubtful == [path("d/s")])
    #expect(tree.paths == ["d", "d/a", "d/b", "d/s", "d/s/t", "d/s/t/y", "d/z"])
    #expect(tree.index.entries.allSatisfy { $0.attributes.isLive })
    #expect(try tree.version("d/s/t/y") == 1)
  }

  @Test(.timeLimit(.minutes(1)))
  func `what is remembered as what no rule leaves out, and is what one does, is passed`() throws {
    for path in ["d", "d/s"] { try tree.directory(path) }
    for name in ["d/a", "d/q", "d/z"] { try tree.file(name) }
    try tree.scan()
    tree.index.edit { rows in
      rows.remove("d/q")
      rows.insert("d/q", like: "d/s", behind: "d/a")
    }
    let report = try tree.scan(including: ["*/"], excluding: ["q"])
    #expect(report.doubtful == [path("d")])
    #expect(tree.paths == ["d", "d/a", "d/q", "d/s", "d/z"])
    #expect(tree.index.entries.map(\.attributes.isLive) == [true, true, false, true, true])
  }

  @Test func `a directory that is a file that cannot be hashed loses its stamp`() throws {
    for path in ["d", "d/q"] { try tree.directory(path) }
    for name in ["d/q/a", "d/z"] { try tree.file(name) }
    for number in 1000..<1300 { try tree.file("m\(number)") }
    try tree.scan()
    try tree.tick()
    try tree.rename("d", "d.bak")
    try tree.directory("d")
    for name in ["d/q", "d/z"] { try tree.file(name) }
    let report = try tree.scan { count, _ in if count == 256 { try tree.remove("d/q") } }
    #expect(report.problems.map(\.code) == [.vanished])
    #expect(try tree.entry("d/q")?.attributes.kind == .directory)
    #expect(try tree.stamp("d/q") == Stamp.none)
    try tree.removeAll("d")
    try tree.rename("d.bak", "d")
    try tree.scan()
    #expect(try tree.entry("d/q/a")?.attributes.isLive == true)
  }

  @Test func `a stamp that did not count is not made to by a scan that did not look`() throws {
    for path in ["d", "d/e"] { try tree.directory(path) }
    for name in ["d/e/a", "d/e/b", "f"] { try tree.file(name) }
    try tree.scan()
    tree.index.edit { $0.remove("d/e/b") }
    try tree.scan(excluding: ["/d/"], trustsStamps: false)
    #expect(try tree.stamp("d/e") == Stamp.none)
    try tree.scan()
    #expect(tree.paths == ["d", "d/e", "d/e/a", "d/e/b", "f"])
  }

  @Test(arguments: [1, 2, 3, 4, 5])
  func `what was in a directory that is one no more is deleted, and nothing is found twice`(
    rowCount: Int
  ) throws {
    for path in ["d", "d/a", "d/b"] { try tree.directory(path) }
    for name in ["d/a/x.o", "d/b/x.o", "d/b/y", "d/c"] { try tree.file(name) }
    try tree.scan()
    try tree.tick()
    for path in ["d/a", "d/b"] { try tree.removeAll(path) }
    try tree.link("d/a", to: "c")
    try tree.file("d/b")
    try tree.scan(excluding: ["*.o"])
    #expect(try tree.stamp("d") != Stamp.none)
    tree.index.regroup(by: rowCount)
    let report = try tree.scan()
    #expect(tree.paths == ["d", "d/a", "d/a/x.o", "d/b", "d/b/x.o", "d/b/y", "d/c"])
    #expect(
      tree.index.entries.map(\.attributes.isLive) == [true, true, false, true, false, false, true])
    #expect(report.doubtful == [])
    #expect((report.foundCount, report.changedCount) == (4, 2))
  }

  @Test(.enabled(if: Mount.isAllowed, "needs root"))
  func `what is mounted over a directory is not gone into`() throws {
    for path in ["d", "d/m", "d/m/s"] { try tree.directory(path) }
    for name in ["d/m/a", "d/m/s/a"] { try tree.file(name) }
    try tree.scan()
    let before = tree.paths
    let mount = try SmallFileSystem(
      over: tree.temporary.appending("d/m"), byteCount: 65_536)
    defer { withExtendedLifetime(mount) {} }
    try tree.file("d/m/b")
    for _ in 0..<3 {
      let report = try tree.scan()
      #expect(report.problems == [Problem(path: path("d/m"), code: .mounted)])
      #expect(tree.paths == before)
      #expect(tree.index.entries.allSatisfy { $0.attributes.isLive })
    }
  }

  @Test(arguments: ["fifo", "left out", "racy", "unnoted"])
  func `a directory with what will not be remembered gets no stamp`(reason: String) throws {
    try tree.directory("d")
    try tree.file("d/a")
    if reason == "fifo" { try tree.fifo("d/b") }
    if reason == "left out" { try tree.file("d/b.o") }
    let report = try tree.scan(
      excluding: ["*.o"], notesNameChanges: reason != "unnoted",
      clock: reason == "racy" ? ScannedTree.racyClock : ScannedTree.calmClock)
    #expect(try tree.stamp("d") == Stamp.none)
    #expect(report.problems.count == (reason == "fifo" ? 1 : 0))
    #expect(try tree.scan(excluding: ["*.o"]).problems == report.problems)
    try tree.scan()
    #expect(tree.paths == (reason == "left out" ? ["d", "d/a", "d/b.o"] : ["d", "d/a"]))
  }

  @Test func `a directory whose new file could not be hashed is doubtful`() throws {
    try tree.directory("d")
    for name in ["d/a", "d/z"] { try tree.file(name) }
    for number in 1000..<1300 { try tree.file("m\(number)") }
    let report = try tree.scan { count, _ in if count == 256 { try tree.remove("d/a") } }
    #expect(report.problems == [Problem(path: path("d/a"), code: .vanished, systemCode: ENOENT)])
    #expect(report.doubtful == [path("d")])
    #expect(try tree.scan().doubtful == [])
  }

  @Test(arguments: SplitMix.seeds)
  func `whatever happens, a scan finds what one that lists everything does`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let other = MemoryIndex()
    try tree.directory("t")
    for round in 0..<160 {
      let log = try (0..<random.below(4)).map { _ in try change(by: &random) }
      let patterns = random.below(3) == 0 ? ["*.o", "/t/c/"] : []
      let comment: Comment = "seed \(seed), round \(round): \(log) \(patterns)"
      other.rows = tree.index.rows
      let report = try tree.scan(excluding: patterns)
      let plain = try tree.scan(excluding: patterns, trustsStamps: false, into: other)
      try #require(tree.index.entries == other.entries, comment)
      let keys = tree.index.entries.map(\.path)
      try #require(zip(keys, keys.dropFirst()).allSatisfy { $0 < $1 }, comment)
      #expect(report.problems == plain.problems, comment)
      #expect(report.foundCount == plain.foundCount, comment)
      #expect(report.rememberedCount == plain.rememberedCount, comment)
      #expect(report.changedCount == plain.changedCount, comment)
      tree.index.regroup(by: 1 + random.below(4))
      try tree.tick()
    }
  }

  /// Makes one change at random below "t"; returns it as a shell would be told.
  private func change(by random: inout SplitMix) throws -> String {
    let directories = ["t", "t/a", "t/a/b", "t/a/b/c", "t/a.b", "t/c", "t/c/d"]
    let names = ["a", "b", "c", "d", "f.o", "g.o", "a.b"]
    let path =
      directories[random.below(directories.count)] + "/" + names[random.below(names.count)]
    if random.below(100) == 0 {
      // More than goes into the index at once.
      for number in 0..<520 { _ = try? tree.file("\(path)\(number)") }
      return "write \(path)0 to 519"
    }
    switch random.below(10) {
    case 0, 1:
      let text = "\(random.below(100))"
      // Who writes to a FIFO would wait.
      if (try? tree.status(path))?.kind != .special { _ = try? tree.file(path, text) }
      return "write \(path)"
    case 2, 3:
      _ = try? tree.directory(path)
      return "mkdir \(path)"
    case 4:
      _ = try? tree.removeAll(path)
      return "rm -r \(path)"
    case 5:
      let to = "t/" + names[random.below(names.count)]
      _ = try? tree.rename(path, to)
      return "mv \(path) \(to)"
    case 6:
      let mode: mode_t = random.below(2) == 0 ? 0o700 : 0o750
      _ = try? setMode(tree.bytes(path), mode)
      return "chmod \(path)"
    case 7, 8:
      let directory = directories[1 + random.below(directories.count - 1)]
      _ = try? tree.removeAll(directory)
      if random.below(2) == 0 {
        _ = try? tree.file(directory)
      } else {
        _ = try? tree.link(directory, to: "x")
      }
      return "replace \(directory)"
    default:
      if random.below(3) == 0 {
        _ = try? tree.fifo(path)
      } else {
        _ = try? tree.link(path, to: "x")
      }
      return "special \(path)"
    }
  }

  private func path(_ text: String) -> Path {
    Path(uncheckedKey: Array(text.utf8).map { $0 == UInt8(ascii: "/") ? Path.separator : $0 })
  }
}
