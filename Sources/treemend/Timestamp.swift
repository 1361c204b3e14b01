internal import Glibc

/// Moments as people read them.
enum Timestamp {
  /// A moment given in nanoseconds since 1970, as `2026-01-31T12:00:00Z`.
  static func text(nanoseconds: Int64) -> String {
    var seconds = time_t(nanoseconds.floored(by: 1_000_000_000))
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
    let time = [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)]
    return date.map(twoDigits).joined(separator: "-") + "T"
      + time.map(twoDigits).joined(separator: ":") + "Z"
  }

  private static func twoDigits(_ number: Int) -> String {
    (number < 10 ? "0" : "") + String(number)
  }
}

extension Int64 {
  /// The quotient, rounded down for negative numbers, too.
  fileprivate func floored(by divisor: Int64) -> Int64 {
    self / divisor - (self % divisor < 0 ? 1 : 0)
  }
}
