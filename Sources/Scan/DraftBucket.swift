internal import FileSystem
internal import Hashing
internal import Replica

/// Entries in key order on their way into the index, some of them not hashed yet.
final class DraftBucket: @unchecked Sendable {
  // SAFETY: the scanner's thread alone adds drafts, before it hands the bucket to the pool;
  // from then on `readings` is touched under the pool's monitor alone.

  /// The most entries of a draft bucket.
  static let maximumCount = 512

  /// An entry that is known, or one that becomes known when its file is hashed.
  enum Draft {
    case known(Attributes, VersionVector, Stamp)
    case unread(Status, remembered: (attributes: Attributes, vector: VersionVector, stamp: Stamp)?)
  }

  private(set) var paths: [Path] = []
  private(set) var drafts: [Draft] = []
  /// The indices of the drafts to be read.
  private(set) var unread: [Int] = []
  /// What reading gave, by index, where that has been read.
  private(set) var readings: [Reading?] = []
  private var readCount = 0

  var count: Int { drafts.count }

  func append(_ path: Path, _ draft: Draft) {
    if case .unread = draft { unread.append(drafts.count) }
    paths.append(path)
    drafts.append(draft)
  }

  /// Adds the entries of `bucket` in `range` as they are.
  func append(_ bucket: Bucket, _ range: Range<Int>) {
    for index in range {
      append(
        bucket.run.path(at: index),
        .known(
          bucket.run.attributes(at: index), bucket.run.vector(at: index), bucket.stamps[index]))
    }
  }

  /// Whether everything has been read.
  var isComplete: Bool { readCount == unread.count }

  /// Notes what reading the drafts at some indices gave.
  func note(_ read: [(index: Int, reading: Reading)]) {
    if readings.isEmpty { readings = Array(repeating: nil, count: drafts.count) }
    for (index, reading) in read { readings[index] = reading }
    readCount += read.count
  }
}
