import TestSupport
import Testing

@Suite struct RemoteFailureTests {
  let replicas: Replicas

  init() throws {
    replicas = try Replicas(RandomTree(fileCount: 5, directoryCount: 1, seed: 51))
  }

  @Test(arguments: [.push(.commandMissing), .pull(.commandMissing)] as [Replicas.Route])
  func `a host without the program is exit 5, with a hint`(route: Replicas.Route) throws {
    let run = try replicas.copy(route)
    #expect(run.ending == .exited(5), "\(run)")
    #expect(run.errorText.contains("hint:"))
  }

  @Test func `an unknown host is exit 5, with what ssh said`() throws {
    let run = try replicas.copy(.push(.hostUnknown))
    #expect(run.ending == .exited(5), "\(run)")
    #expect(run.errorText.contains("Could not resolve hostname"))
  }

  @Test func `a remote shell that is not there is exit 5`() throws {
    let words = ["-e", "/nowhere/ssh", replicas.source, "host:\(replicas.destination)"]
    let run = try ProgramRun(Binary.treemend, words)
    #expect(run.ending == .exited(5), "\(run)")
  }

  @Test(
    arguments: [
      .push(.noisy(#"Welcome\033[31m!\n"#)), .pull(.noisy(#"Welcome\033[31m!\n"#)),
    ] as [Replicas.Route])
  func `a login that talks is shown, escaped`(route: Replicas.Route) throws {
    let run = try replicas.copy(route, timeLimitSeconds: 30)
    #expect([2, 12].contains(run.exitStatus), "\(run)")
    #expect(run.errorText.contains("Welcome"))
    #expect(!run.errorOutput.contains(0x1b))
  }

  @Test(arguments: [["doctor", "host"], ["diff", "DIRECTORY", "host:"]])
  func `a host that never answers is given up, and the remote shell is killed`(
    words: [String]
  ) throws {
    let file = replicas.directory.appending("pid")
    let shell = try StandInShell(
      .wrapped("sh -c 'echo $$ >\(file); exec sleep 600' #"), in: replicas.directory)
    let run = try ProgramRun(
      Binary.treemend,
      words.map { $0 == "DIRECTORY" ? replicas.source : $0 }
        + ["--timeout=10", "-e", shell.path])
    #expect(run.ending == .exited(30), "\(run)")
    #expect(run.errorText.contains("has said nothing for 10 seconds"))
    #expect(try ProgramRun("sh", "-c", "kill -0 $(cat \(file))").exitStatus == 1)
  }

  @Test func `the remote shell gets a constant command and no path`() throws {
    let file = replicas.directory.appending("arguments")
    #expect(try replicas.copy(.push(.recording(file))).ending == .exited(0))
    let lines = try ProgramRun("cat", file).text.split(separator: "\n")
    let host = try #require(lines.firstIndex(of: "host"))
    #expect(host > 0 && lines[host - 1] == "--")
    #expect(lines[(host + 1)...].joined(separator: " ") == "treemend serve --stdio")
    #expect(!lines.contains { $0.contains(replicas.destination) })
  }

  @Test(arguments: ["-oProxyCommand=id:/x", "-l@host:/x", "a\u{1b}b:/x"])
  func `a host that is an option or holds control characters is refused`(host: String) throws {
    let shell = try StandInShell(
      .recording(replicas.directory.appending("ran")), in: replicas.directory)
    let run = try ProgramRun(
      Binary.treemend, "-e", shell.path, "--", replicas.source, host)
    #expect([1, 3].contains(run.exitStatus), "\(run)")
    #expect(try ProgramRun("test", "-e", replicas.directory.appending("ran")).exitStatus == 1)
  }

  @Test(arguments: [.local, .push()] as [Replicas.Route])
  func `what stops the other end is told with cause and hint`(route: Replicas.Route) throws {
    try replicas.change("rmdir destination; echo file >destination")
    let run = try replicas.copy(route)
    #expect(run.ending == .exited(3), "\(run)")
    let isRemote = if case .push = route { true } else { false }
    #expect(
      run.errorText == """
        treemend: \(isRemote ? "the far end stopped: " : "")'\(replicas.destination)' cannot be used \
        as a replica
        caused by: open: Not a directory
        hint: both ends of a run are directories; a single file cannot be one

        """)
  }

  @Test(arguments: [.local, .push(), .pull()] as [Replicas.Route])
  func `of a path that is not there, no hint speaks of files`(route: Replicas.Route) throws {
    try replicas.change("rmdir destination; mkdir nowhere")
    let pair = try replicas.words(for: route).map {
      $0.replacing("/destination", with: "/nowhere/on/the/way")
    }
    let run = try ProgramRun(Binary.treemend, pair)
    #expect(run.ending == .exited(3), "\(run)")
    #expect(run.errorText.contains("hint: check the path"))
    #expect(run.errorText.contains("only the last component"))
    #expect(!run.errorText.contains("a single file"))
  }
}
