package import Hashing
package import Merkle
package import Replica

/// A bucket as it is stored: what the tree needs of it, and its entries with their stamps.
package struct BucketRow: Sendable {
  /// What stands for the bucket in a tree.
  package let summary: BucketSummary
  /// The entries and their stamps.
  package let bucket: Bucket
  /// The checksum over both.
  package let checksum: Digest

  /// The columns that make the summary, in the order in which they are read.
  static let summaryColumns =
    "first_key, boundary, entry_count, live_count, ends_live, state, content"

  /// The columns in the order in which they are read and written.
  static let columns = summaryColumns + ", entries, stamps, checksum"

  /// Reads the summary from the first columns of a row.
  static func summary(from statement: Statement) throws(IndexError) -> BucketSummary {
    guard let state = statement.digest(5), let content = statement.digest(6),
      statement.integer(2) > 0, statement.integer(3) >= 0
    else { throw .corrupt }
    return BucketSummary(
      firstKey: statement.bytes(0),
      boundary: Boundary(rawValue: UInt64(bitPattern: statement.integer(1))),
      entryCount: Int(statement.integer(2)), liveCount: Int(statement.integer(3)),
      endsLive: statement.integer(4) == 1, state: state, content: content)
  }

  /// Reads a row and checks it against its checksum.
  init(from statement: Statement, using sha256: inout SHA256) throws(IndexError) {
    summary = try Self.summary(from: statement)
    let entries = statement.bytes(7)
    let stamps = statement.bytes(8)
    checksum = Self.checksum(of: summary, entries, stamps, using: &sha256)
    guard statement.digest(9) == checksum else { throw .corrupt }
    do {
      var reader = ByteReader(entries)
      let run = try EntryRun(from: &reader, limit: TreeShape.standard.maximumCount)
      try reader.expectEnd()
      reader = ByteReader(stamps)
      let decoded = try Bucket.decodeStamps(from: &reader, count: run.count)
      try reader.expectEnd()
      bucket = try Bucket(run: run, stamps: decoded)
    } catch {
      throw .corrupt
    }
    guard bucket.count == summary.entryCount,
      bucket.run.withKey(at: 0, { $0.matches(summary.firstKey.span) })
    else { throw .corrupt }
  }

  /// The checksum of a row: over every other column.
  static func checksum(
    of summary: BucketSummary, _ entries: [UInt8], _ stamps: [UInt8],
    using sha256: inout SHA256
  ) -> Digest {
    var head: [UInt8] = []
    head.reserveCapacity(summary.firstKey.count + 2 * Digest.byteCount + 48)
    head.append(prefixed: summary.firstKey.span)
    head.append(fixed: summary.boundary.rawValue)
    head.append(count: summary.entryCount)
    head.append(count: summary.liveCount)
    head.append(summary.endsLive ? 1 : 0)
    summary.state.append(to: &head)
    summary.content.append(to: &head)
    head.append(count: entries.count)
    sha256.update(head.span.bytes)
    sha256.update(entries.span.bytes)
    sha256.update(stamps.span.bytes)
    return sha256.finalize()
  }
}
