import TestSupport
import Testing

/// What goes over the pipe of content, and how fast.
@Suite struct SendingTests {
  private static let byteCount = 3_000_000

  /// Replicas whose source has small files and a large one, of text that deflates to a third.
  private func replicasOfText() throws -> Replicas {
    let replicas = try Replicas()
    try replicas.change(
      """
      seq 1000000 | head -c 2000000 >source/large
      cd source; seq 2000000 9999999 | head -c 1000000 | split -b 10000 - small
      """)
    return replicas
  }

  /// Copies and returns how many bytes went over the pipe both ways.
  private func pipeBytes(
    _ replicas: Replicas, _ route: Replicas.Route, _ options: [String]
  ) throws -> Int {
    let run = try replicas.summary(route, options)
    #expect(run.exit == 0 && run.equal && run.literalBytes == Self.byteCount)
    try expectEqual(replicas)
    return run.pipeBytes
  }

  @Test(arguments: [.local, .push(), .pull()] as [Replicas.Route])
  func `-z deflates all content, wherever the other end is`(route: Replicas.Route) throws {
    let replicas = try replicasOfText()
    #expect(try pipeBytes(replicas, route, ["-z"]) < Self.byteCount / 2)
  }

  @Test(arguments: [.local, .push(), .pull()] as [Replicas.Route])
  func `--no-compress deflates none`(route: Replicas.Route) throws {
    let replicas = try replicasOfText()
    #expect(try pipeBytes(replicas, route, ["-z", "--no-compress"]) > Self.byteCount)
  }

  @Test func `between two ends on one machine nothing is deflated that need not be`() throws {
    let replicas = try replicasOfText()
    #expect(try pipeBytes(replicas, .local, []) > Self.byteCount)
  }

  @Test(arguments: [.push(), .pull()] as [Replicas.Route])
  func `to a remote end the first is deflated, and all if the link is slow`(
    route: Replicas.Route
  ) throws {
    let replicas = try replicasOfText()
    #expect(try pipeBytes(replicas, route, []) < Self.byteCount - 600_000)
    try replicas.change("rm -rf destination; mkdir destination")
    let limited = ["--force", "--bwlimit=500"]
    #expect(try pipeBytes(replicas, route, limited) < Self.byteCount / 2)
  }

  @Test(arguments: [.push(), .pull()] as [Replicas.Route], [[], ["-z"]])
  func `what does not deflate is sent as it is`(
    route: Replicas.Route, options: [String]
  ) throws {
    let replicas = try Replicas()
    try replicas.change("head -c \(Self.byteCount) /dev/urandom >source/noise")
    let byteCount = try pipeBytes(replicas, route, options)
    #expect(Self.byteCount..<Self.byteCount + 2000 ~= byteCount)
  }

  @Test(arguments: [.local, .push(), .pull()] as [Replicas.Route])
  func `a rate holds, whichever end sends`(route: Replicas.Route) throws {
    let replicas = try Replicas()
    try replicas.change("head -c 2097152 /dev/urandom >source/noise")
    var summary: RunSummary?
    let time = try ContinuousClock().measure {
      summary = try replicas.summary(route, ["--bwlimit=1M"])
    }
    let sent = Double(try #require(summary).pipeBytes) / Double(1 << 20)
    #expect(sent >= 2 && sent < 2.01)
    // Not sooner; and what starting, scanning and a busy machine take comes on top.
    #expect(time >= .seconds(0.95 * sent) && time < .seconds(1.05 * sent + 3))
    try expectEqual(replicas)
  }

  @Test(arguments: ["many", "-1", "100b"])
  func `a rate that is none is refused, and nothing is done`(rate: String) throws {
    let replicas = try replicasOfText()
    let run = try replicas.copy(.push(), ["--bwlimit=\(rate)"])
    #expect(run.ending == .exited(1), "\(run)")
    #expect(run.errorText.contains("--bwlimit=\(rate)") && run.errorText.contains("hint: "))
    #expect(try TreeSnapshot(replicas.destination).items == [])
  }

  @Test(arguments: ["INT", "TERM"])
  func `a slow run stops at once when it is asked to`(signal: String) throws {
    let replicas = try Replicas()
    try replicas.change("head -c 2097152 /dev/urandom >source/noise")
    let words = ["--preserve-status", "-s", signal, "0.5", Binary.treemend, "--bwlimit=20"]
    let time = try ContinuousClock().measure {
      let run = try ProgramRun("timeout", words + replicas.words(for: .push()))
      #expect(run.ending == .exited(20), "\(run)")
    }
    #expect(time < .seconds(5))
  }
}
