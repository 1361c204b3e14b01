import TestSupport
import Testing

@testable import Transport

@Suite struct PacerTests {
  private static let second: Int64 = 1_000_000_000

  /// A made-up clock, and when how much was written by it.
  private struct Run {
    var now: Int64 = 77
    var writes: [(time: Int64, byteCount: Int)] = []

    /// Writes so many bytes in pieces; each wait takes as much longer as `lateness` says.
    mutating func write(_ byteCount: Int, by pacer: inout Pacer, lateness: () -> Int64) {
      var left = byteCount
      while left > 0 {
        let count = min(left, pacer.pieceByteCount)
        let delay = pacer.delay(of: count, at: now)
        if delay > 0 { now += delay + lateness() }
        writes.append((now, count))
        left -= count
      }
    }

    /// The most bytes that were written within `nanoseconds`.
    func most(within nanoseconds: Int64) -> Int {
      writes.indices.map { first in
        writes[first...].prefix { $0.time < writes[first].time + nanoseconds }
          .reduce(0) { $0 + $1.byteCount }
      }.max() ?? 0
    }
  }

  @Test(arguments: [512, 10_000, 1 << 20, 100_000_000, 1 << 50])
  func `a rate holds within five percent, however late one wakes up`(byteRate: Int) {
    var random = SplitMix(seed: 1)
    for latest in [1, 40_000_000] {
      var pacer = Pacer(byteRate: byteRate)
      var run = Run()
      let byteCount = min(3 * byteRate, 1 << 28)
      run.write(byteCount, by: &pacer) { Int64(random.below(latest)) }
      let seconds = Double(run.now - 77) / Double(Self.second)
      let expected = Double(byteCount) / Double(byteRate)
      #expect(seconds <= 1.05 * expected && seconds >= expected - 0.11, "\(latest)")
      guard byteRate < 1 << 30 else { continue }
      #expect(run.most(within: 1) <= byteRate / 10 + 1, "\(latest)")
      #expect(run.most(within: Self.second / 10) <= byteRate / 5 + 1, "\(latest)")
    }
  }

  @Test func `what was not used for long is not made up for`() {
    var pacer = Pacer(byteRate: 1 << 20)
    var run = Run()
    run.write(1 << 20, by: &pacer) { 0 }
    run.now += 100 * Self.second
    run.writes = []
    run.write(1 << 20, by: &pacer) { 0 }
    #expect(run.most(within: 1) <= (1 << 20) / 10)
    #expect(run.most(within: Self.second / 10) <= (1 << 20) / 5)
  }

  @Test func `one who wakes up far too late goes on from there`() {
    var pacer = Pacer(byteRate: 1 << 20)
    var run = Run()
    run.write(1 << 20, by: &pacer) { Self.second / 5 }
    #expect(run.most(within: 1) <= (1 << 20) / 10)
    #expect(run.now > Self.second)
  }

  @Test(arguments: [(512, 12), (1 << 20, 26_214), (1 << 30, 65_536)])
  func `a piece is at most a fortieth of a second's`(byteRate: Int, byteCount: Int) {
    #expect(Pacer(byteRate: byteRate).pieceByteCount == byteCount)
  }
}
