import FileSystem
import Testing

@Suite struct MonitorTests {
  private static let millisecond: Int64 = 1_000_000

  /// What `body` returns, and after how many milliseconds.
  private func timed<Result>(_ body: () -> Result) -> (Result, Int64) {
    let start = monotonicNanoseconds()
    return (body(), (monotonicNanoseconds() - start) / Self.millisecond)
  }

  @Test func `what does not come is waited for no longer than was said`() {
    let monitor = Monitor(0)
    let (result, time) = timed {
      monitor.wait(atMost: 150 * Self.millisecond) { $0 == 1 ? 7 : nil }
    }
    #expect(result == nil && 150..<5000 ~= time, "\(time) ms")
  }

  @Test func `other changes neither end that wait nor make it longer`() {
    let monitor = Monitor(0)
    let other = Thread {
      // Until it is over, but not for ever.
      for _ in 0..<500 where monitor.change({ $0 >= 0 }) {
        pause(nanoseconds: 20 * Self.millisecond)
        monitor.change { $0 += $0 < 0 ? 0 : 2 }
      }
    }
    let (result, time) = timed {
      monitor.wait(atMost: 150 * Self.millisecond) { $0 == 1 ? 7 : nil }
    }
    #expect(result == nil && 150..<5000 ~= time, "\(time) ms")
    monitor.change { $0 = -1 }
    other.join()
  }

  @Test func `what comes before ends the wait`() {
    let monitor = Monitor(0)
    let other = Thread {
      pause(nanoseconds: 50 * Self.millisecond)
      monitor.change { $0 = 1 }
    }
    let (result, time) = timed {
      monitor.wait(atMost: 60_000 * Self.millisecond) { $0 == 1 ? 7 : nil }
    }
    #expect(result == 7 && 50..<30_000 ~= time, "\(time) ms")
    other.join()
  }

  @Test func `a wait that asks ends when it is told to`() {
    let monitor = Monitor(0)
    var askedCount = 0
    let result: Void? = monitor.wait(
      poll: {
        askedCount += 1
        return askedCount == 3
      }, for: { $0 == 1 ? () : nil })
    #expect(result == nil && askedCount == 3)
  }
}
