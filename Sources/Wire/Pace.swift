/// How long a byte takes: the median of the last measurements, so that one stop of a disk or a
/// network does not count.
package struct Pace: Sendable {
  /// How many measurements count.
  static let recentCount = 9

  /// What is shorter says too little of a byte.
  package static let minimumByteCount = 16_384

  private var recent: [Double] = []

  /// Creates a pace of which nothing is known.
  package init() {}

  /// Takes a measurement: so many bytes took so many nanoseconds.
  package mutating func note(nanoseconds: Int64, byteCount: Int) {
    guard byteCount >= Self.minimumByteCount else { return }
    if recent.count == Self.recentCount { recent.removeFirst() }
    recent.append(Double(max(0, nanoseconds)) / Double(byteCount))
  }

  /// How many measurements there are, up to those that count.
  var count: Int { recent.count }

  /// Nanoseconds a byte; nil if nothing was measured.
  package var nanosecondsPerByte: Double? {
    recent.isEmpty ? nil : recent.sorted()[recent.count / 2]
  }
}
