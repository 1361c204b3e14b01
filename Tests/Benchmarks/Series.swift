/// Measurements of the same thing, one a round.
struct Series: Equatable {
  /// In the order of the rounds; at least one.
  let values: [Double]

  init(_ values: [Double]) {
    precondition(!values.isEmpty, "a series has measurements")
    self.values = values
  }

  /// The middle one, or the mean of both that are.
  var median: Double {
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  var minimum: Double { values.reduce(.infinity, min) }
  var maximum: Double { values.reduce(-.infinity, max) }

  /// Each round's measurement as a multiple of the other's in the same round.
  static func / (left: Series, right: Series) -> Series {
    Series(zip(left.values, right.values).map { $0 / $1 })
  }

  /// The median, and in brackets the least and the greatest.
  func text(digits: Int) -> String {
    let range = "\(minimum.text(digits: digits))–\(maximum.text(digits: digits))"
    return "\(median.text(digits: digits)) (\(range))"
  }
}
