import TestSupport
import Testing

@Suite struct CommandLineTests {
  @Test(arguments: ["-V", "--version"])
  func `the version is printed`(option: String) throws {
    let run = try ProgramRun(Binary.treemend, option)
    #expect(run.ending == .exited(0))
    #expect(run.text.contains(/\d+\.\d+/))
  }

  @Test func `more rules than a run may have are refused before it begins`() throws {
    let replicas = try Replicas(RandomTree(fileCount: 2, directoryCount: 0, seed: 81))
    try replicas.change("seq -f pattern%g 4096 >most; seq -f pattern%g 4097 >more")
    for (name, status) in [("most", 0), ("more", 1)] as [(String, Int32)] {
      let rules = "--exclude-from=\(replicas.directory.appending(name))"
      let run = try replicas.copy(.push(), [rules])
      #expect(run.ending == .exited(status), "\(run)")
      #expect(status == 0 || run.errorText.contains("4096"), "\(run)")
    }
  }

  @Test(
    arguments: [
      (["--no-such-option"], 1, "--no-such-option"), (["-H"], 4, "-H"), (["-aH"], 4, "-H"),
      (["--max-delete=many"], 1, "max-delete"), (["--timeout=9"], 1, "--timeout"),
      (["--timeout=31536001"], 1, "--timeout"),
    ] as [([String], Int32, String)])
  func `what is not understood is refused by name, and nothing is done`(
    options: [String], status: Int32, name: String
  ) throws {
    let replicas = try Replicas(RandomTree(fileCount: 2, directoryCount: 0, seed: 81))
    let run = try replicas.copy(.local, options)
    #expect(run.ending == .exited(status), "\(run)")
    #expect(run.errorText.contains(name))
    #expect(run.output == [])
    #expect(try TreeSnapshot(replicas.destination).items == [])
  }

  @Test(arguments: ["--timeout=0", "--timeout=10"])
  func `a limit of silence, or none, may be asked for`(option: String) throws {
    let replicas = try Replicas(RandomTree(fileCount: 2, directoryCount: 0, seed: 83))
    #expect(try replicas.copy(.push(), [option]).ending == .exited(0))
  }

  @Test(arguments: [.local, .push(), .pull()] as [Replicas.Route])
  func `a source that is not there is exit 3`(route: Replicas.Route) throws {
    let replicas = try Replicas()
    try replicas.change("rmdir source")
    let run = try replicas.copy(route)
    #expect(run.ending == .exited(3), "\(run)")
    #expect(run.errorText.contains("source"))
  }

  @Test func `a replica in itself is refused`() throws {
    let replicas = try Replicas(RandomTree(fileCount: 2, directoryCount: 0, seed: 82))
    let run = try ProgramRun(Binary.treemend, replicas.source, "\(replicas.source)/inner")
    #expect([3, 42].contains(run.exitStatus), "\(run)")
  }

  @Test func `cron's bare environment is enough`() throws {
    let replicas = try Replicas(RandomTree(fileCount: 5, directoryCount: 1, seed: 83))
    let run = try replicas.copy(.push(), under: ["env", "-i", "PATH=/usr/bin:/bin"])
    #expect(run.ending == .exited(0), "\(run)")
    #expect(run.output + run.errorOutput == [])
  }

  @Test(
    arguments: [
      (["sync", "--push", "--pull", "a", "b"], "sync"), (["conflicts", "--all", "a"], "conflicts"),
    ])
  func `what a command refuses is explained by its own help`(words: [String], name: String) throws {
    let run = try ProgramRun(Binary.treemend, words)
    #expect(run.ending == .exited(1), "\(run)")
    #expect(
      run.errorText.hasSuffix("hint: treemend \(name) --help explains the options\n"), "\(run)")
  }
}
