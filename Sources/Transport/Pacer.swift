/// Spreads what is written over time, so that no more than a rate of it goes out.
///
/// Who wakes up late catches up, by as much as goes out in a twentieth of a second. With pieces of
/// half as much, no more than what a tenth of a second has goes out at once.
struct Pacer {
  private static let slackNanoseconds: Int64 = 50_000_000

  private let byteRate: Int
  /// When all that was written so far has had its time.
  private var due = Int64.min

  /// Allows so many bytes a second, at least one.
  init(byteRate: Int) {
    precondition(byteRate > 0, "something goes out")
    self.byteRate = byteRate
  }

  /// The most bytes that are to be written at once.
  var pieceByteCount: Int { max(1, min(byteRate / 40, 1 << 16)) }

  /// Takes note that so many bytes are written next, and returns how many nanoseconds after `now`.
  mutating func delay(of byteCount: Int, at now: Int64) -> Int64 {
    let start = max(due, now - Self.slackNanoseconds)
    due = start + Int64(byteCount) * 1_000_000_000 / Int64(byteRate)
    return max(0, start - now)
  }
}
