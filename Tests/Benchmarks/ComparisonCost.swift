/// What a comparison cost, on average over several of them.
struct ComparisonCost: Equatable {
  var sentByteCount = 0.0
  var receivedByteCount = 0.0
  var roundTripCount = 0.0
  /// How many entries were found at both ends that are the same.
  var needlessCount = 0.0
  /// How long it took to make the one tree of the other, in seconds.
  var updateSeconds = 0.0
}

extension ComparisonCost {
  /// The cost with `transform` applied to every part of it.
  func mapped(_ transform: (Double) -> Double) -> Self {
    combined(with: self) { first, _ in transform(first) }
  }

  /// The cost whose parts `combine` makes of those of both.
  func combined(with other: Self, _ combine: (Double, Double) -> Double) -> Self {
    Self(
      sentByteCount: combine(sentByteCount, other.sentByteCount),
      receivedByteCount: combine(receivedByteCount, other.receivedByteCount),
      roundTripCount: combine(roundTripCount, other.roundTripCount),
      needlessCount: combine(needlessCount, other.needlessCount),
      updateSeconds: combine(updateSeconds, other.updateSeconds))
  }
}
