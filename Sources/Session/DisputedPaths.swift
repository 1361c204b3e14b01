internal import Index
internal import Merkle
internal import Replica

/// The paths at which a comparison found the ends to hold otherwise, as one comes by them in key
/// order.
struct DisputedPaths {
  private let tree: Tree
  private var listed: LedgerCursor
  /// Buckets of this end all of whose entries are disputed.
  private var ranges: ArraySlice<Range<Int>>
  /// Where the first of them begins, and where it ends if that is not behind all.
  private var bounds: (start: Path, end: Path?)?

  init(of comparison: Comparison) {
    tree = comparison.tree
    listed = LedgerCursor(comparison.ledger)
    ranges = comparison.mineInBuckets[...]
    enterNextRange()
  }

  /// Goes on to an entry of this end. Returns whether it is disputed, and the first path that is
  /// and that lies between it and the last entry.
  mutating func reach(_ path: Path) throws(IndexError) -> (isDisputed: Bool, passed: Path?) {
    var passed: Path?
    while let next = try listed.peek(), next.path < path {
      passed = passed ?? next.path
      _ = try listed.take()
    }
    while let end = bounds?.end, end <= path { enterNextRange() }
    let isInRange = bounds.map { $0.start <= path } ?? false
    return (try listed.peek()?.path == path || isInRange, passed)
  }

  /// The first disputed path behind the entry that was reached last.
  mutating func next() throws(IndexError) -> Path? {
    try listed.peek()?.path
  }

  private mutating func enterNextRange() {
    bounds = ranges.popFirst().map { range in
      (firstPath(of: range.lowerBound) ?? .root, firstPath(of: range.upperBound))
    }
  }

  /// Where a bucket begins; nil behind the last.
  private func firstPath(of bucket: Int) -> Path? {
    bucket < tree.bucketCount ? Path(uncheckedKey: tree.firstKey(ofBucket: bucket)) : nil
  }
}
