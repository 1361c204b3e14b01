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

/// Hashes the files of draft buckets by a fixed number of threads.
final class HashingPool: Sendable {
  /// How much one job may read before the next file goes into another.
  private static let jobByteCount: Int64 = 4 << 20
  private static let jobFileCount = 32

  private struct Job {
    let bucket: DraftBucket
    let indices: [Int]
  }

  private struct Queue {
    var jobs: [Job] = []
    var next = 0
    var isOver = false
  }

  private let root: Root
  private let queue = Monitor(Queue())

  init(_ root: Root) {
    self.root = root
  }

  /// Has the files of `bucket` read.
  func add(_ bucket: DraftBucket) {
    var jobs: [Job] = []
    var indices: [Int] = []
    var byteCount: Int64 = 0
    for index in bucket.unread {
      guard case .unread(let status, _) = bucket.drafts[index] else { continue }
      indices.append(index)
      byteCount += status.size
      if byteCount >= Self.jobByteCount || indices.count == Self.jobFileCount {
        jobs.append(Job(bucket: bucket, indices: indices))
        indices = []
        byteCount = 0
      }
    }
    if !indices.isEmpty { jobs.append(Job(bucket: bucket, indices: indices)) }
    guard !jobs.isEmpty else { return }
    queue.change { $0.jobs.append(contentsOf: jobs) }
  }

  /// Waits until everything in `bucket` has been read.
  func finish(_ bucket: DraftBucket) {
    guard !bucket.unread.isEmpty else { return }
    queue.wait { _ in bucket.isComplete ? () : nil }
  }

  /// Hashes until the pool is closed.
  func work() {
    var digester = FileDigester(root)
    while true {
      let job = queue.wait { queue -> Job?? in
        if queue.isOver { return .some(nil) }
        guard queue.next < queue.jobs.count else { return nil }
        defer { queue.next += 1 }
        if queue.next > 64 {
          queue.jobs.removeFirst(queue.next)
          queue.next = 0
        }
        return queue.jobs[queue.next]
      }
      guard let job else { return }
      var readings: [(index: Int, reading: Reading)] = []
      for index in job.indices {
        guard case .unread(let status, _) = job.bucket.drafts[index] else { continue }
        readings.append((index, digester.read(job.bucket.paths[index], seen: status)))
      }
      queue.change { _ in job.bucket.note(readings) }
    }
  }

  /// Has the threads stop.
  func end() {
    queue.change { $0.isOver = true }
  }
}
