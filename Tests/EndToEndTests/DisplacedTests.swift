import FileSystem
import Replica
import TestSupport
import Testing

/// What a killed run had renamed out of the tree and not looked at again.
@Suite struct DisplacedTests {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    try shell("mkdir -p a/d; echo old >a/d/f; echo other >a/d/g")
    try requireSuccess(Binary.treemend, "sync", path("a"), path("b"))
  }

  private func path(_ name: String) -> String { directory.appending(name) }

  private func shell(_ command: String) throws {
    try requireSuccess("sh", "-ec", command, in: directory)
  }

  /// Leaves in the stage of the second replica what was at `d/f`.
  private func displace(_ text: String) throws {
    let name = DisplacedFile.name(of: try Path(slashed: Array("d/f".utf8)), Array("0".utf8))
    try makeDirectory(Array(path("b/.treemend/stage").utf8))
    try makeFile(
      Array(path("b/.treemend/stage/").utf8) + name, content: Array("\(text)\n".utf8))
  }

  private func expect(
    _ contents: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for _ in 0..<2 {
      let run = try ProgramRun(Binary.treemend, "sync", path("a"), path("b"))
      #expect(run.ending == .exited(0), "\(run)", sourceLocation: sourceLocation)
    }
    for root in ["a", "b"] {
      let run = try ProgramRun("sh", "-c", "cat \(path(root))/d/f*")
      #expect(
        run.text.split(separator: "\n").map(String.init) == contents,
        sourceLocation: sourceLocation)
    }
    #expect(try ProgramRun("ls", path("b/.treemend/stage")).text == "")
  }

  @Test func `an edit is kept beside what has taken its place`() throws {
    try displace("edit")
    try expect(["old", "edit"])
  }

  @Test func `an edit gets the place back from which it was taken for a deletion`() throws {
    try shell("rm b/d/f")
    try displace("edit")
    try expect(["edit"])
  }

  @Test func `a directory that had taken the place of a file is a user's`() throws {
    let name = DisplacedFile.name(of: try Path(slashed: Array("d/f".utf8)), Array("0".utf8))
    let place = "b/.treemend/stage/\(String(decoding: name, as: UTF8.self))"
    try shell("mkdir -p \(place); echo kept >\(place)/kept")
    #expect(
      try ProgramRun(Binary.treemend, "sync", path("a"), path("b")).ending == .exited(0))
    let kept = try ProgramRun("sh", "-c", "cat \(path("a"))/d/f.sync-conflict-*/kept")
    #expect(kept.text == "kept\n")
    try shell("rm -r a/d/f.sync-* b/d/f.sync-*")
    try shell("rm b/d/f; mkdir b/d/f; mkdir -p \(place); echo edit >\(place)/edit")
    let run = try ProgramRun(Binary.treemend, "sync", path("a"), path("b"))
    #expect(run.ending == .exited(0), "\(run)")
    #expect(
      try ProgramRun("sh", "-c", "cat \(path("a"))/d/f.sync-conflict-*/edit").text == "edit\n")
  }

  @Test func `what is remembered goes`() throws {
    try displace("old")
    try expect(["old"])
  }

  @Test func `what nobody knows the place of stays`() throws {
    try shell("rm -r a/d b/d")
    try displace("edit")
    try shell("rm -r a/.treemend; mv b/.treemend/stage saved; rm -r b/.treemend; mkdir b/.treemend")
    try shell("mv saved b/.treemend/stage")
    let run = try ProgramRun(Binary.treemend, "sync", path("a"), path("b"))
    #expect(run.ending == .exited(0), "\(run)")
    #expect(try ProgramRun("sh", "-c", "cat \(path("b"))/.treemend/stage/*").text == "edit\n")
  }
}
