extension KeyTrial {
  /// What the tree takes.
  var text: String {
    let tree = base.tree
    return "\(keyCount.grouped) keys in \(tree.bucketCount.grouped) buckets, "
      + "\(tree.height) levels: built in \(buildSeconds.text(digits: 1)) s, "
      + "\((Double(residentByteCount) / 1e6).text(digits: 0)) MB\n"
  }

  /// A table of comparisons.
  static func table(_ costs: [ComparisonCost]) -> String {
    var table = TextTable([
      "keys that differ", "bytes sent", "received", "both", "round trips", "found needlessly",
      "updated in ms",
    ])
    for (difference, cost) in zip(KeyDifference.all, costs) {
      table.add([
        difference.name, Int(cost.sentByteCount).grouped, Int(cost.receivedByteCount).grouped,
        Int(cost.sentByteCount + cost.receivedByteCount).grouped,
        cost.roundTripCount.text(digits: 1), Int(cost.needlessCount).grouped,
        (1_000 * cost.updateSeconds).text(digits: 1),
      ])
    }
    return table.text
  }
}
