package import Merkle
package import Replica

/// Writes rows in key order, cutting them where the tree cuts its buckets.
///
/// Rows that stay as they are are kept without a write, as soon as the stream is at the start of
/// a bucket. `each` is called with every bucket of the new index, in key order.
package struct RowWriter: ~Copyable {
  /// Takes a bucket of the new index: its summary and its entries.
  package typealias Each = (BucketSummary, EntryRun) throws(IndexError) -> Void

  private let index: Index
  private var cutter = RunCutter(level: 1)
  private var open = Bucket()
  private var hasher = NodeHasher()
  private var lastKey: [UInt8] = []

  /// Begins at the first row, or at the start of any bucket.
  package init(to index: Index) {
    self.index = index
  }

  /// Whether what comes next begins a bucket.
  package var isAtStart: Bool { cutter.isAtStart }

  /// Goes on with a stored row as it is.
  package mutating func keep(_ row: BucketRow, each: Each) throws(IndexError) {
    if cutter.isAtStart {
      guard lastKey.span.precedes(row.summary.firstKey.span) else { throw .corrupt }
      try row.bucket.run.withKey(at: row.bucket.count - 1) { key throws(IndexError) in
        try advance(to: key)
      }
      try each(row.summary, row.bucket.run)
      return
    }
    try drop(row)
    try append(row.bucket, each: each)
  }

  /// Removes a stored row, whose entries follow changed or not at all.
  package func drop(_ row: BucketRow) throws(IndexError) {
    try index.delete(row)
  }

  /// Goes on with the entries of a bucket, wherever it was cut.
  package mutating func append(_ bucket: Bucket, each: Each) throws(IndexError) {
    for position in 0..<bucket.count {
      try append(entryAt: position, of: bucket, each: each)
    }
  }

  /// Goes on with one entry.
  package mutating func append(
    entryAt position: Int, of bucket: Bucket, each: Each
  ) throws(IndexError) {
    try bucket.run.withKey(at: position) { key throws(IndexError) in try advance(to: key) }
    open.append(entryAt: position, of: bucket)
    let boundary = bucket.run.withKey(at: position) { Boundary(of: $0) }
    if cutter.endsRun(after: boundary) { try close(each: each) }
  }

  /// Goes on to `key`: entries in another order would be another bucket than they are read as, and rows
  /// that overlap are nobody's.
  private mutating func advance(to key: Span<UInt8>) throws(IndexError) {
    guard lastKey.span.precedes(key) else { throw .corrupt }
    lastKey.removeAll(keepingCapacity: true)
    lastKey.append(span: key)
  }

  /// Ends with the last bucket.
  package mutating func finish(each: Each) throws(IndexError) {
    if !open.isEmpty { try close(each: each) }
    cutter = RunCutter(level: 1)
  }

  private mutating func close(each: Each) throws(IndexError) {
    guard open.run.vectors.allSatisfy({ $0.counterCount <= VersionVector.maximumCount }) else {
      throw .tooManyVersions
    }
    var entries: [UInt8] = []
    open.run.encode(to: &entries)
    var stamps: [UInt8] = []
    open.encodeStamps(to: &stamps)
    let summary = BucketSummary(of: open.run, encoded: entries, using: &hasher)
    try index.insert(summary, entries, stamps)
    try each(summary, open.run)
    open.removeAll()
  }
}
