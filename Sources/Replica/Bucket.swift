/// What the file system said of a file when its digest was taken: with size and modification
/// time, which the entry has, enough to tell that the file has not changed since. Of a directory,
/// what it said before the directory was listed: enough to tell that its names are the same.
package struct Stamp: Hashable, Sendable, BitwiseCopyable {
  /// The status change time (ctime) in nanoseconds since 1970.
  package let changed: Int64
  /// The inode number.
  package let inode: UInt64

  /// Creates a stamp.
  package init(changed: Int64, inode: UInt64) {
    self.changed = changed
    self.inode = inode
  }

  /// The stamp that matches no file: its content must be hashed again.
  package static let unknown = Stamp(changed: .min, inode: 0)
}

/// A run of entries with the stamp of each: the unit of storage.
package struct Bucket: Sendable {
  /// The entries.
  package private(set) var run: EntryRun
  /// One stamp an entry.
  package private(set) var stamps: [Stamp]

  /// Creates an empty bucket.
  package init() {
    run = EntryRun()
    stamps = []
  }

  /// Pairs a run with its stamps, or throws if their numbers differ.
  package init(run: EntryRun, stamps: [Stamp]) throws(Malformed) {
    guard run.count == stamps.count else { throw .count }
    self.run = run
    self.stamps = stamps
  }

  /// The number of entries.
  package var count: Int { run.count }

  /// Whether there are none.
  package var isEmpty: Bool { run.isEmpty }

  /// Adds an entry, whose key must be after the last.
  package mutating func append(
    key: Span<UInt8>, attributes: Attributes, vector: VersionVector, stamp: Stamp
  ) {
    run.append(key: key, attributes: attributes, vector: vector)
    stamps.append(stamp)
  }

  /// Adds the entry at `index` of another bucket, whose key must be after the last.
  package mutating func append(entryAt index: Int, of other: Bucket) {
    run.append(entryAt: index, of: other.run)
    stamps.append(other.stamps[index])
  }

  /// Makes the bucket empty and keeps its memory.
  package mutating func removeAll() {
    run.removeAll()
    stamps.removeAll(keepingCapacity: true)
  }

  /// Appends the encoding of the stamps to `output`.
  package func encodeStamps(to output: inout [UInt8]) {
    var previous = Stamp(changed: 0, inode: 0)
    for stamp in stamps {
      output.append(zigzag: stamp.changed &- previous.changed)
      output.append(zigzag: Int64(bitPattern: stamp.inode &- previous.inode))
      previous = stamp
    }
  }

  /// Reads `count` stamps.
  package static func decodeStamps(
    from reader: inout ByteReader, count: Int
  ) throws(Malformed) -> [Stamp] {
    var stamps: [Stamp] = []
    stamps.reserveCapacity(count)
    var previous = Stamp(changed: 0, inode: 0)
    for _ in 0..<count {
      previous = Stamp(
        changed: previous.changed &+ (try reader.readZigzag()),
        inode: previous.inode &+ UInt64(bitPattern: try reader.readZigzag()))
      stamps.append(previous)
    }
    return stamps
  }
}
