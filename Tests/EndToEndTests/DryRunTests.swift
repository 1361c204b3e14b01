import TestSupport
import Testing

/// Runs that are to write nothing, from outside.
@Suite struct DryRunTests {
  private let replicas: Replicas

  init() throws {
    replicas = try Replicas(RandomTree(fileCount: 20, directoryCount: 3, seed: 7))
  }

  /// All files of both replicas, those of their states, too, with what is in them.
  private func files() throws -> String {
    try ProgramRun(
      "sh", "-c",
      "cd $0; find . | sort; find . -type f -exec sha256sum {} + | sort", replicas.directory.path
    ).text
  }

  /// Runs commands that write nothing, and expects that they do not.
  private func expectNothingWritten(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let before = try files()
    for words in [["-n"], ["sync", "-n"], ["diff"]] {
      let run = try ProgramRun(
        Binary.treemend, words + [replicas.source, replicas.destination])
      #expect(
        [0, 43].contains(run.exitStatus), "\(words): \(run)", sourceLocation: sourceLocation)
      #expect(try files() == before, "\(words)", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [
    "echo damaged | dd of=index conv=notrunc status=none", "truncate -s 5000 index", ": >index",
    "rm index", "rm index lock",
  ])
  func `what is wrong with a state stays as it is`(command: String) throws {
    try #require(try replicas.copy().ending == .exited(0))
    try replicas.change("cd source/.treemend; \(command)")
    try expectNothingWritten()
    try replicas.change("cd destination/.treemend; \(command)")
    try expectNothingWritten()
  }

  @Test func `an empty state directory stays empty`() throws {
    try replicas.change("mkdir source/.treemend destination/.treemend")
    try expectNothingWritten()
  }
}
