import TestSupport
import Testing

/// What becomes of the versions that lost a conflict.
@Suite struct ConflictsTests {
  let replicas: Replicas

  init() throws {
    replicas = try Replicas()
    try replicas.change(
      "for f in f g; do echo a >source/$f.txt; echo b >destination/$f.txt; done")
    let run = try ProgramRun(Binary.treemend, "sync", replicas.source, replicas.destination)
    try #require(run.ending == .exited(0), "\(run)")
  }

  private func conflicts(_ options: String..., copies: [String] = []) throws -> ProgramRun {
    try ProgramRun(Binary.treemend, ["conflicts"] + options + [replicas.source] + copies)
  }

  /// The copies that the source has.
  private func copies() throws -> [String] {
    try ProgramRun("ls", replicas.source).text.split(separator: "\n").map(String.init)
      .filter { $0.contains(".sync-conflict-") }
  }

  @Test func `a copy whose original is gone goes only if it is named`() throws {
    try replicas.change("rm source/f.txt")
    let name = try copies().first { $0.hasPrefix("f.") }
    let copy = try #require(name)
    let all = try conflicts("--keep=original", "--all")
    #expect(all.ending == .exited(40), "\(all)")
    #expect(all.text.contains("\(copy)\t(f.txt is gone: stays)\n"), "\(all)")
    #expect(try copies() == [copy])
    let again = try conflicts("--keep=original", "--all", "--json")
    #expect(again.text.contains(#""exists":false"#) && again.text.contains(#""stays":true"#))
    let named = try conflicts("--keep=original", copies: [copy])
    #expect(named.ending == .exited(0), "\(named)")
    #expect(named.text == "\(copy)\t(f.txt is gone)\n")
    #expect(try copies() == [])
  }

  @Test func `of a copy whose original is gone --keep=copy makes the original`() throws {
    try replicas.change("rm source/f.txt")
    let run = try conflicts("--keep=copy", "--all")
    #expect(run.ending == .exited(0), "\(run)")
    #expect(try copies() == [])
    try replicas.change("test -e source/f.txt")
  }

  @Test func `of several copies of a file none takes its place unless it is named`() throws {
    // The latest wins both times: one that loses twice within a second has one copy.
    try replicas.change(
      """
      mkdir third
      for r in destination third source; do echo $r >$r/h.txt; done
      touch -d 2026-01-02 source/h.txt; touch -d 2026-01-01 destination/h.txt third/h.txt
      """)
    let third = replicas.directory.appending("third")
    for (one, two) in [(replicas.source, replicas.destination), (replicas.source, third)] {
      let run = try ProgramRun(Binary.treemend, "sync", one, two)
      try #require(run.ending == .exited(0), "\(run)")
    }
    let several = try copies().filter { $0.hasPrefix("h.") }
    try #require(several.count == 2)
    let before = try TreeSnapshot(replicas.source)
    let all = try conflicts("--keep=copy", copies: several)
    #expect(all.ending == .exited(40), "\(all)")
    #expect(all.text.contains("\(several[0])\th.txt (one of several: stays)\n"), "\(all)")
    try expect(replicas.source, is: before)
    #expect(try conflicts("--keep=copy", copies: [several[0]]).ending == .exited(0))
    #expect(try conflicts("--keep=copy", "--all").ending == .exited(0))
    #expect(try copies() == [])
  }

  @Test func `a copy whose name has no room for the original's finds it`() throws {
    let long = String(repeating: "漢", count: 80) + ".txt"
    try replicas.change(
      "rm -f source/*.sync-*; echo a >source/\(long); echo b >destination/\(long)")
    let run = try ProgramRun(Binary.treemend, "sync", replicas.source, replicas.destination)
    try #require(run.ending == .exited(0), "\(run)")
    let copy = try #require(try copies().first { $0.hasPrefix("漢") })
    let loser = try ProgramRun("cat", "\(replicas.source)/\(copy)").text
    let listed = try conflicts()
    #expect(listed.text.contains(long) && !listed.text.contains("is gone"), "\(listed)")
    #expect(try conflicts("--keep=copy", copies: [copy]).ending == .exited(0))
    #expect(try ProgramRun("cat", "\(replicas.source)/\(long)").text == loser)
    #expect(try ProgramRun("sh", "-c", "ls \(replicas.source) | grep -c 漢").text == "1\n")
  }

  @Test func `a directory of such a name is no copy`() throws {
    let before = try conflicts().text
    try replicas.change("mkdir source/h.sync-conflict-20200101-000000-0123456789abcdef")
    let run = try conflicts()
    #expect(!before.isEmpty && run.text == before, "\(run)")
  }

  @Test func `the help says what the list does to odd names`() throws {
    let help = try ProgramRun(Binary.treemend, "conflicts", "--help").text
    #expect(!help.contains("as the list prints them"))
    #expect(help.contains("escaped"))
  }
}
