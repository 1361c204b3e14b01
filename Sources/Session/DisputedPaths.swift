internal import Index
internal import Replica

/// The paths at which a comparison found the ends to hold otherwise, as one comes by them in key order.
struct DisputedPaths {
  private let comparison: Comparison
  private var listed: LedgerCursor
  /// Buckets of this end that are disputed as a whole, and in which one is not beyond.
  private var ranges: ArraySlice<Range<Int>>

  init(of comparison: Comparison) {
    self.comparison = comparison
    listed = LedgerCursor(comparison.ledger)
    ranges = comparison.mineInBuckets[...]
  }

  /// Goes on to an entry of this end. Returns whether it is disputed, and the first path that is and
  /// that lies between it and the last entry.
  mutating func reach(_ path: Path) throws(IndexError) -> (isDisputed: Bool, passed: Path?) {
    var passed: Path?
    while let next = try listed.peek(), next.path < path {
      passed = passed ?? next.path
      _ = try listed.take()
    }
    while let range = ranges.first, let end = firstKey(of: range.upperBound), end <= path {
      ranges.removeFirst()
    }
    let isInRange =
      ranges.first.flatMap { firstKey(of: $0.lowerBound) }.map { $0 <= path } ?? false
    return (try listed.peek()?.path == path || isInRange, passed)
  }

  /// The first disputed path behind all entries of this end.
  mutating func passRest() throws(IndexError) -> Path? {
    try listed.peek()?.path
  }

  /// Where a bucket begins; nil behind the last.
  private func firstKey(of bucket: Int) -> Path? {
    bucket < comparison.tree.bucketCount
      ? Path(uncheckedKey: comparison.tree.firstKey(ofBucket: bucket)) : nil
  }
}
