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

  @Test func `a state directory that would be made is not, and is no locked one`() throws {
    try #require(try replicas.copy().ending == .exited(0))
    let state = replicas.directory.appending("state")
    for words in [["-n"], ["sync", "-n"]] {
      let run = try ProgramRun(
        Binary.treemend, words + ["--state-dir=\(state)", replicas.source, replicas.destination])
      #expect(run.ending == .exited(0), "\(words): \(run)")
    }
    try replicas.change("! test -e state")
  }

  @Test(arguments: [Replicas.Route.local, .push(), .pull()])
  func `a destination that would be made is told of, and not made`(route: Replicas.Route) throws {
    try replicas.change("rmdir destination")
    let dry = try replicas.copy(route, ["-n", "-i"])
    #expect(dry.ending == .exited(0), "\(dry)")
    try replicas.change("[ ! -e destination ] && [ ! -e source/.treemend ]")
    let real = try replicas.copy(route, ["-i"])
    #expect(dry.text == real.text && !real.text.isEmpty, "\(dry)")
    try expectEqual(replicas)
  }

  @Test(arguments: [Replicas.Route.local, .push(), .pull()])
  func `a dry run of a first copy reads no file`(route: Replicas.Route) throws {
    let dry = try replicas.copy(route, ["-n", "--json"])
    #expect(dry.ending == .exited(0), "\(dry)")
    #expect(dry.text.contains("_root\":null") && dry.text.contains("\"equal\":false"), "\(dry)")
    // The targets of links are, with their digests.
    #expect(try RunSummary(lastLineOf: dry).hashedBytes < 100)
    try #require(try replicas.copy(route).ending == .exited(0))
    let again = try replicas.copy(route, ["-n", "--json"])
    #expect(!again.text.contains("null") && again.text.contains("\"equal\":true"), "\(again)")
  }

  @Test(arguments: [
    "rmdir destination; ln -s nothing destination", "rmdir destination; echo >destination",
    "mv source elsewhere; rmdir destination",
  ])
  func `one that could not be made is refused`(command: String) throws {
    try replicas.change(command)
    let before = try files()
    for options in [["-n"], []] {
      #expect(try replicas.copy(.local, options).ending == .exited(3), "\(options)")
      #expect(try options.isEmpty || files() == before)
    }
  }

  @Test(.enabled(if: OrdinaryUser.isAvailable, "needs a user whom permission bits hold"))
  func `one in a directory that may not be written is refused`() throws {
    try replicas.change("rmdir destination; chmod 755 .; chmod -R a+rX source")
    for options in [["-n"], []] {
      let run = try replicas.copy(.local, options, under: OrdinaryUser.prefix)
      #expect(run.ending == .exited(3), "\(run)")
    }
  }
}
