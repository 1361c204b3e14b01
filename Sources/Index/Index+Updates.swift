internal import Merkle
package import Replica

/// An entry that an index is to hold from now on, and the stamp of its file.
package struct Recorded: Sendable {
  /// The entry.
  package let entry: Entry
  /// The stamp.
  package let stamp: Stamp

  /// Pairs an entry with a stamp.
  package init(entry: Entry, stamp: Stamp) {
    self.entry = entry
    self.stamp = stamp
  }
}

extension Index {
  /// Puts entries, in ascending key order, in the place of those with the same keys, within the
  /// transaction that is open.
  package func update(_ changes: [Recorded]) throws(IndexError) {
    var next = 0
    var writer = RowWriter(to: self)
    while next < changes.count {
      var row = try row(containing: changes[next].entry.path.key)
      if row == nil { row = try rows(from: [], limit: 1).first }
      repeat {
        let end =
          try row.map { row throws(IndexError) in
            try firstKey(after: row.summary.firstKey)
          } ?? nil
        try merge(row, with: changes, from: &next, before: end, to: &writer)
        row = try end.map { key throws(IndexError) in try rows(from: key, limit: 1).first } ?? nil
      } while !writer.isAtStart && row != nil
      if row == nil { try writer.finish { _, _ in } }
    }
  }

  /// Puts `bucket`, which holds the entries of `row` with other versions, in its place, within the
  /// transaction that is open.
  package func replace(_ row: BucketRow, by bucket: Bucket) throws(IndexError) {
    var entries: [UInt8] = []
    bucket.run.encode(to: &entries)
    let old = row.summary
    var hasher = NodeHasher()
    let summary = BucketSummary(
      firstKey: old.firstKey, boundary: old.boundary, entryCount: old.entryCount,
      liveCount: old.liveCount, endsLive: old.endsLive,
      state: hasher.digest(ofBucket: entries, count: bucket.count), content: old.content)
    var stamps: [UInt8] = []
    bucket.encodeStamps(to: &stamps)
    try delete(row)
    try insert(summary, entries, stamps)
  }

  /// Writes the entries of `row` and those changes, from `next` on, whose keys are before `end`.
  private func merge(
    _ row: BucketRow?, with changes: [Recorded], from next: inout Int, before end: [UInt8]?,
    to writer: inout RowWriter
  ) throws(IndexError) {
    var merged = Bucket()
    var position = 0
    let old = row?.bucket ?? Bucket()
    while next < changes.count {
      let key = changes[next].entry.path.key
      if let end, !key.span.precedes(end.span) { break }
      while position < old.count, old.run.withKey(at: position, { $0.precedes(key.span) }) {
        merged.append(entryAt: position, of: old)
        position += 1
      }
      if position < old.count, old.run.withKey(at: position, { $0.matches(key.span) }) {
        position += 1
      }
      merged.append(
        key: key.span, attributes: changes[next].entry.attributes,
        vector: changes[next].entry.vector, stamp: changes[next].stamp)
      next += 1
    }
    while position < old.count {
      merged.append(entryAt: position, of: old)
      position += 1
    }
    if let row { try writer.drop(row) }
    try writer.append(merged) { _, _ in }
  }
}
