extension KeyTrial {
  /// What the tree takes, and a table of its comparisons.
  var text: String {
    "\(keyCount.grouped) keys in \(bucketCount.grouped) buckets, \(height) levels: built in "
      + "\(buildSeconds.text(digits: 1)) s, "
      + "\((Double(residentByteCount) / 1e6).text(digits: 0)) MB\n" + Self.table(costs)
  }

  static func table(_ costs: [ComparisonCost]) -> String {
    var table = TextTable([
      "keys that differ", "bytes sent", "received", "both", "round trips", "found needlessly",
    ])
    for (difference, cost) in zip(KeyDifference.all, costs) {
      table.add([
        difference.name, Int(cost.sentByteCount).grouped, Int(cost.receivedByteCount).grouped,
        Int(cost.sentByteCount + cost.receivedByteCount).grouped,
        cost.roundTripCount.text(digits: 1), Int(cost.needlessCount).grouped,
      ])
    }
    return table.text
  }
}
