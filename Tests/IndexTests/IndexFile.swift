import Hashing
import Merkle
import Replica
import TestSupport

@testable import Index

/// The file of an index, and the index in it, opened as often as asked.
struct IndexFile {
  static let replica = ReplicaID(rawValue: 0x0123_4567_89ab_cdef)

  private let directory: TemporaryDirectory
  var path: [UInt8] { directory.bytes / "index" }

  init() throws {
    directory = try TemporaryDirectory()
  }

  /// Makes an index of these entries.
  init(holding entries: [Recorded]) throws {
    try self.init()
    try open().write(entries)
  }

  func open(newReplica: ReplicaID = Self.replica) throws(IndexError) -> Index {
    try Index(path: path, newReplica: newReplica, syncs: false)
  }

  /// Another file that holds these bytes.
  static func copy(_ bytes: [UInt8]) throws -> IndexFile {
    let file = try IndexFile()
    try makeFile(file.path, content: bytes)
    return file
  }
}

/// A row as something to compare.
struct StoredRow: Equatable {
  let summary: BucketSummary
  let entries: [Entry]
  let stamps: [Stamp]
}

extension Index {
  /// Makes an index in no file that others see.
  static func temporary() throws(IndexError) -> Index {
    try Index(path: [], newReplica: IndexFile.replica, syncs: false)
  }

  /// Makes rows of entries in key order, in an index that has none.
  func write(_ entries: [Recorded]) throws {
    try begin()
    var writer = RowWriter(to: self)
    try writer.append(Bucket(entries[...])) { _, _ in }
    try writer.finish { _, _ in }
    try commit()
  }

  /// All rows, checked against their sum as a scan does.
  func stored() throws(IndexError) -> [StoredRow] {
    let rows = try rows(from: [], limit: .max)
    guard rows.reduce(Digest.zero, { $0.combined(with: $1.checksum) }) == rowSum else {
      throw .corrupt
    }
    return rows.map { row in
      StoredRow(
        summary: row.summary, entries: (0..<row.bucket.count).map { row.bucket.run.entry(at: $0) },
        stamps: row.bucket.stamps)
    }
  }

  /// The root of the tree over all rows.
  func root(_ projection: Projection) throws -> Digest {
    var builder = TreeBuilder(projection)
    for row in try rows(from: [], limit: .max) where !builder.append(row.summary) {
      builder.append(row.bucket.run)
    }
    return builder.finish().root
  }
}

extension Bucket {
  /// A bucket of entries in key order, however many.
  init(_ entries: ArraySlice<Recorded>) {
    self.init()
    for recorded in entries {
      append(
        key: recorded.entry.path.key.span, attributes: recorded.entry.attributes,
        vector: recorded.entry.vector, stamp: recorded.stamp)
    }
  }
}

extension Recorded {
  /// An entry with something random at a path.
  init(_ path: Path, using random: inout SplitMix) {
    let digest = Digest(random.bytes(Digest.byteCount).span.bytes)
    let time = Int64(truncatingIfNeeded: random.next())
    let attributes: Attributes =
      switch random.below(4) {
      case 0: .tombstone(deleted: time)
      case 1: .directory(mode: 0o755)
      default: .file(mode: 0o644, size: time & .max, modified: time, digest: digest)
      }
    let vector = VersionVector(ReplicaID(rawValue: random.next() % 3), random.next() % 9 + 1)
    self.init(
      entry: Entry(path: path, attributes: attributes, vector: vector),
      stamp: Stamp(changed: time, inode: random.next()))
  }

  /// About `count` entries with random paths out of a few thousand, in key order.
  static func batch(_ count: Int, using random: inout SplitMix) -> [Recorded] {
    let paths = (0..<count).map { _ in
      Path(uncheckedKey: Array("d\(random.below(40))\0f\(random.below(90))".utf8))
    }
    return Set(paths).sorted().map { Recorded($0, using: &random) }
  }
}
