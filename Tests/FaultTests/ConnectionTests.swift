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
