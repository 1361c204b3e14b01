import FileSystem
import TestSupport
import Testing

/// F9 and F11: a connection that is cut, and runs at the same time.
@Suite struct ConnectionTests {
  @Test(arguments: [true, false])
  func `a connection cut after any byte leaves nothing half done`(isUpstream: Bool) throws {
    let counts = sweepsAll ? Array(stride(from: 0, to: 2600, by: 13)) : [0, 40, 200, 700, 1300]
    for count in counts {
      let pair = try FaultyPair()
      let shell = try StandInShell(
        isUpstream ? .cutUpstream(afterByteCount: count) : .cutDownstream(afterByteCount: count),
        in: pair.directory)
      let run = try pair.run("sync", "-e", shell.path, pair.a, "host:\(pair.b)")
      #expect(run.ending != .timedOut, "\(count)")
      try pair.expectRepair("\(count) bytes")
    }
  }

  @Test(
    arguments: [
      .stallUpstream(afterByteCount: 60), .stallUpstream(afterByteCount: 1300),
      .stallDownstream(afterByteCount: 30), .stallDownstream(afterByteCount: 700),
    ] as [StandInShell.Variant])
  func `a connection that stalls is given up at both ends, and nothing is half done`(
    variant: StandInShell.Variant
  ) throws {
    let pair = try FaultyPair()
    let shell = try StandInShell(variant, in: pair.directory)
    let run = try pair.run("sync", "--timeout=10", "-e", shell.path, pair.a, "host:\(pair.b)")
    #expect(run.ending == .exited(30), "\(variant): \(run)")
    #expect(run.errorText.contains("has said nothing for 10 seconds"), "\(run)")
    try pair.expectRepair("\(variant)")
  }

  @Test func `a far end that is stopped in the middle is given up, and killed`() throws {
    let pair = try FaultyPair()
    let shell = try StandInShell(
      .wrapped(#"sh -c 'echo $$ >"$0/pid"; exec "$@"' \#(pair.directory.path)"#),
      in: pair.directory)
    let stopper = try RunningProgram(
      "sh",
      [
        "-ec",
        "until ls b/.treemend/stage | grep -q .; do :; done; kill -STOP $(cat pid); echo >&2 ok",
      ],
      directory: pair.directory.path)
    let run = try pair.run(
      "sync", "--timeout=10", "--bwlimit=20", "-e", shell.path, pair.a, "host:\(pair.b)")
    #expect(try stopper.wait(timeLimitSeconds: 1).ending == .exited(0))
    #expect(run.ending == .exited(30), "\(run)")
    try pair.expectRepair("stopped")
  }

  @Test func `a far end that is at work for longer is waited for`() throws {
    let pair = try FaultyPair()
    let holder = try RunningProgram(
      "flock", ["\(pair.b)/.treemend/lock", "sh", "-c", "echo held >&2; sleep 14"])
    #expect(try holder.reports("held"))
    let start = monotonicNanoseconds()
    let run = try pair.run("sync", "--timeout=10", "--wait=40", pair.a, pair.b)
    #expect([.exited(0), .exited(40)].contains(run.ending), "\(run)")
    #expect(monotonicNanoseconds() - start > 11_000_000_000)
  }

  @Test func `of twenty runs at once each is done or finds the replica busy`() throws {
    let pair = try FaultyPair()
    let runs = try (0..<20).map { _ in
      try RunningProgram(Binary.treemend, ["sync", pair.a, pair.b])
    }
    let endings = try runs.map { try $0.wait(timeLimitSeconds: 60).ending }
    #expect(endings.contains(.exited(0)))
    #expect(endings.allSatisfy { [.exited(0), .exited(41)].contains($0) })
    try pair.expectRepair("twenty runs")
  }
}
