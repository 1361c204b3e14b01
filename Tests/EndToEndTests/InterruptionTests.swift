import Glibc
import TestSupport
import Testing

@Suite(.enabled(if: Trace.isAvailable, "strace is needed"))
struct InterruptionTests {
  let replicas: Replicas

  init() throws {
    replicas = try Replicas(RandomTree(fileCount: 300, directoryCount: 30, seed: 31))
  }

  @Test(arguments: [true, false])
  func `an interrupt that ends the remote shell, too, is no lost connection`(
    isAnswered: Bool
  ) throws {
    let started = replicas.directory.appending("started")
    let shell = replicas.directory.appending("shell")
    let answer = "\(Binary.treemend) serve --stdio | head -c 300"
    try makeFile(shell, "#!/bin/sh\n: >\(started)\n\(isAnswered ? answer : ":")\nexec sleep 60\n")
    try setMode(Array(shell.utf8), 0o755)
    let run = try RunningProgram(
      Binary.treemend, ["-e", shell, replicas.source, "host:\(replicas.destination)"])
    while access(started, F_OK) != 0 { usleep(1000) }
    usleep(300_000)
    // As a terminal sends it, to all that is in the foreground.
    run.kill(SIGINT)
    let ended = try run.wait(timeLimitSeconds: 20)
    #expect(ended.ending == .exited(20), "\(ended)")
  }

  @Test(arguments: [1, 2, 5, 20])
  func `a destination killed as the far end is repaired by the next run`(count: Int) throws {
    let words = Trace.killing(at: count, of: Trace.changes).joined(separator: " ")
    try repair(after: replicas.copy(.push(.wrapped(words))), by: .push())
  }

  @Test(arguments: [1, 2, 5, 20])
  func `a destination killed as the near end is repaired by the next run`(count: Int) throws {
    let words = Trace.killing(at: count, of: Trace.changes)
    try repair(after: replicas.copy(.pull(), under: words), by: .pull())
  }

  @Test(arguments: [1, 2, 3])
  func `a source killed as the far end leaves a destination to be finished`(count: Int) throws {
    let words = Trace.killing(at: count, of: Trace.sending).joined(separator: " ")
    try repair(after: replicas.copy(.pull(.wrapped(words))), by: .pull())
  }

  @Test(arguments: [0, 1, 20, 500, 20_000])
  func `a connection that is cut ends both ends, and the next run finishes`(
    byteCount: Int
  ) throws {
    for route in [
      .push(.cutUpstream(afterByteCount: byteCount)),
      .pull(.cutDownstream(afterByteCount: byteCount)),
    ] as [Replicas.Route] {
      try repair(after: replicas.copy(route), by: .local)
      try replicas.change("rm -rf destination source/.treemend; mkdir destination")
    }
  }

  @Test func `a large file that is cut off gets no place with the new directory around it`()
    throws
  {
    #expect(try replicas.copy().ending == .exited(0))
    try replicas.change(
      """
      cd source; mkdir -p new/inner; echo first >new/inner/first
      head -c 2000000 /dev/urandom >new/inner/second; echo third >new/third
      """)
    let cut = try replicas.copy(.push(.cutUpstream(afterByteCount: 900_000)))
    let names = try ProgramRun(
      "sh", "-c", "cd \(replicas.destination)/new; find * -type f | sort")
    #expect(names.text == "inner/first\nthird\n")
    try repair(after: cut, by: .push())
  }

  @Test(arguments: [true, false], [100_000, 2_500_000, 2_900_000])
  func `what has come of a large file is not sent again`(isPush: Bool, byteCount: Int) throws {
    try replicas.change("rm -rf source/*; head -c 3000000 /dev/urandom >source/large")
    let cut = try replicas.copy(
      isPush
        ? .push(.cutUpstream(afterByteCount: byteCount))
        : .pull(.cutDownstream(afterByteCount: byteCount)))
    #expect(cut.ending != .exited(0))
    // A far end that was cut off may still be writing.
    let next = try replicas.summary(isPush ? .push() : .pull(), ["--wait=10"])
    #expect(next.exit == 0)
    #expect(next.literalBytes < 3_000_000 - byteCount + 600_000)
    try expectEqual(replicas)
    #expect(replicas.stagedNames() == [])
  }

  @Test(arguments: [true, false])
  func `what has come of a former version gives way to what has come of the next`(
    isPush: Bool
  ) throws {
    for byteCount in [2_900_000, 2_000_000] {
      try replicas.change("rm -rf source/*; head -c 3000000 /dev/urandom >source/large")
      let cut = try replicas.copy(
        isPush
          ? .push(.cutUpstream(afterByteCount: byteCount))
          : .pull(.cutDownstream(afterByteCount: byteCount)), ["--wait=10"])
      #expect(cut.ending != .exited(0))
    }
    let next = try replicas.summary(isPush ? .push() : .pull(), ["--wait=10"])
    #expect(next.exit == 0)
    #expect(next.literalBytes < 1_600_000)
    try expectEqual(replicas)
  }

  @Test func `what has come is believed only as far as it is right`() throws {
    try replicas.change("rm -rf source/*; head -c 3000000 /dev/urandom >source/large")
    _ = try replicas.copy(.push(.cutUpstream(afterByteCount: 2_500_000)))
    try replicas.change(
      """
      cd destination/.treemend/stage; test -e partial-*
      printf wrong | dd of=$(echo partial-*) bs=1 seek=700000 conv=notrunc status=none
      """)
    let next = try replicas.summary(.push(), ["--wait=10"])
    #expect(next.exit == 0)
    #expect(next.literalBytes < 1_200_000)
    try expectEqual(replicas)
    #expect(replicas.stagedNames() == [])
  }

  @Test func `what has come of a file that is not large is not kept`() throws {
    try replicas.change("head -c 900000 /dev/urandom >source/file")
    try #require(try replicas.copy().ending == .exited(0))
    try replicas.change("head -c 900000 /dev/urandom >source/file")
    let cut = try replicas.copy(.push(.cutUpstream(afterByteCount: 500_000)))
    #expect(cut.ending != .exited(0), "\(cut)")
    try finish(by: .push())
  }

  @Test func `a scan that hashes a large file stops within a second or two`() throws {
    try replicas.change("truncate -s 100G source/large")
    let run = try RunningProgram(Binary.treemend, ["root", replicas.source])
    try #require(waitForLock(inDirectory: "\(replicas.source)/.treemend"))
    usleep(500_000)
    run.kill(SIGTERM, wholeGroup: false)
    let ended = try run.wait(timeLimitSeconds: 2)
    #expect(ended.ending == .exited(20), "\(ended)")
  }

  @Test func `a terminated run saves, and says so within a second`() throws {
    let words = try replicas.words(for: .local)
    let run = try RunningProgram(Binary.treemend, ["--json"] + words)
    try #require(waitForLock(inDirectory: "\(replicas.destination)/.treemend"))
    run.kill(SIGTERM, wholeGroup: false)
    let ended = try run.wait(timeLimitSeconds: 2)
    #expect([.exited(20), .exited(0)].contains(ended.ending), "\(ended)")
    try finish(by: .local)
  }

  private func repair(after cut: ProgramRun, by route: Replicas.Route) throws {
    #expect(cut.ending != .exited(0), "the run was not cut: \(cut)")
    #expect(cut.ending != .timedOut)
    let whole = Set(try TreeSnapshot(replicas.source).items.map(\.digest))
    for item in try TreeSnapshot(replicas.destination).items {
      #expect(whole.contains(item.digest), "half of a file lies under its name: \(item)")
    }
    try finish(by: route)
  }

  private func finish(by route: Replicas.Route) throws {
    // A far end that outlives the run may still be saving; its lock must go by itself.
    let next = try replicas.copy(route, ["--wait=10"])
    #expect(next.ending == .exited(0), "\(next)")
    try expectEqual(replicas)
    #expect(replicas.stagedNames() == [])
  }
}
