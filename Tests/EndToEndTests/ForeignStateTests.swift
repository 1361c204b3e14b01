import Glibc
import TestSupport
import Testing

/// State directories that somebody else has prepared.
@Suite struct ForeignStateTests {
  private let replicas: Replicas

  init() throws {
    replicas = try Replicas(RandomTree(fileCount: 20, directoryCount: 3, seed: 9))
  }

  @Test(arguments: ["index", "index-journal"])
  func `an index that is a link leads nowhere`(name: String) throws {
    try replicas.change(
      "mkdir -m 700 source/.treemend; ln -s ../../elsewhere source/.treemend/\(name)")
    for options in [[], ["-n"]] {
      let run = try replicas.copy(.local, options)
      #expect(run.ending == .exited(3), "\(run)")
      #expect(run.errorText.contains(".treemend/\(name)' is no regular file"), "\(run)")
    }
    try replicas.change("! test -e elsewhere")
  }

  @Test(.enabled(if: geteuid() == 0, "needs root to give a directory away"))
  func `a state of another user is refused, and one of root is not`() throws {
    try #require(try replicas.copy().ending == .exited(0))
    try replicas.change("chown 65534 source/.treemend")
    let run = try replicas.copy()
    #expect(run.ending == .exited(3), "\(run)")
    #expect(run.errorText.contains("belongs to another user"), "\(run)")
    #expect(run.errorText.contains("--state-dir"))
    try replicas.change("chown 0 source/.treemend")
    #expect(try replicas.copy().ending == .exited(0))
  }

  @Test func `a state that is open to others is closed`() throws {
    try #require(try replicas.copy().ending == .exited(0))
    try replicas.change("chmod 755 source/.treemend")
    #expect(try replicas.copy(.local, ["-n"]).ending == .exited(0))
    #expect(try ProgramRun("stat", "-c", "%a", "\(replicas.source)/.treemend").text == "755\n")
    #expect(try replicas.copy().ending == .exited(0))
    #expect(try ProgramRun("stat", "-c", "%a", "\(replicas.source)/.treemend").text == "700\n")
  }
}
