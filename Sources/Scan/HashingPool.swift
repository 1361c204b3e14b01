internal import Chunks
internal import DequeModule
internal import FileSystem
internal import Hashing
internal import Replica
internal import Synchronization

/// The chunks of a large file that has been hashed.
struct FoundChunks: Sendable {
  let list: ChunkList
  let path: Path
  let digest: Digest
}

/// Hashes the files of draft buckets by a fixed number of threads.
final class HashingPool: Sendable {
  /// How much one job may read before the next file goes into another.
  private static let jobByteCount: Int64 = 4 << 20
  private static let jobFileCount = 32
  /// How many chunks may wait to be taken before no more files are hashed: some 16 MB.
  private static let waitingChunkCount = 1 << 20

  private struct Job {
    let bucket: DraftBucket
    let indices: [Int]
  }

  private struct Queue {
    var jobs: Deque<Job> = []
    /// What nobody has taken yet.
    var found: [FoundChunks] = []
    var foundChunkCount = 0
  }

  private let root: Root
  private let queue = Monitor(Queue())
  private let isInterrupted: @Sendable () -> Bool
  private let read = Atomic<Int64>(0)
  /// Whether the threads are to stop, even within a file.
  private let isOver = Atomic(false)

  init(_ root: Root, isInterrupted: @escaping @Sendable () -> Bool) {
    self.root = root
    self.isInterrupted = isInterrupted
  }

  /// Has the files of `bucket` read.
  func add(_ bucket: DraftBucket) {
    var jobs: [Job] = []
    var indices: [Int] = []
    var byteCount: Int64 = 0
    for index in bucket.unread {
      guard case .unread(let status, _) = bucket.drafts[index] else { continue }
      indices.append(index)
      byteCount = byteCount.saturatingSum(with: status.size)
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

  private var mustStop: Bool { isOver.load(ordering: .relaxed) }

  /// How many bytes have been read so far.
  var readByteCount: Int64 { read.load(ordering: .relaxed) }

  /// Waits until everything in `bucket` has been read, and calls `keep` meanwhile with the chunks of the
  /// large files, of this bucket or another, and `waiting` at least ten times a second.
  func finish(
    _ bucket: DraftBucket, waiting: () throws -> Void, keep: (FoundChunks) throws -> Void
  ) throws {
    guard !bucket.unread.isEmpty else { return }
    while true {
      let news = queue.wait(atMost: 100_000_000) { queue -> ([FoundChunks], isComplete: Bool)? in
        guard bucket.isComplete || !queue.found.isEmpty else { return nil }
        defer {
          queue.found = []
          queue.foundChunkCount = 0
        }
        return (queue.found, bucket.isComplete)
      }
      for chunks in news?.0 ?? [] { try keep(chunks) }
      if news?.isComplete ?? false { return }
      if isInterrupted() { throw ScanInterrupted() }
      try waiting()
    }
  }

  /// Hashes until the pool is closed.
  func work() {
    var digester = FileDigester(
      root, isInterrupted: { [self] in mustStop || isInterrupted() },
      hashed: { [self] in read.wrappingAdd(Int64($0), ordering: .relaxed) })
    while true {
      let job = queue.wait { queue -> Job?? in
        if mustStop { return .some(nil) }
        guard let job = queue.jobs.popFirst() else { return nil }
        return job
      }
      guard let job else { return }
      var readings: [(index: Int, reading: Reading)] = []
      var found: [FoundChunks] = []
      for index in job.indices {
        guard case .unread(let status, _) = job.bucket.drafts[index] else { continue }
        let path = job.bucket.paths[index]
        let (reading, chunks) = digester.read(path, seen: status)
        readings.append((index, reading))
        if let chunks, case .digest(let digest, _) = reading {
          found.append(FoundChunks(list: chunks, path: path, digest: digest))
        }
      }
      queue.wait { queue -> Void? in
        guard mustStop || queue.foundChunkCount < Self.waitingChunkCount else { return nil }
        job.bucket.note(readings)
        queue.found += found
        queue.foundChunkCount += found.reduce(0) { $0 + $1.list.count }
        return ()
      }
    }
  }

  /// Has the threads stop.
  func end() {
    isOver.store(true, ordering: .relaxed)
    queue.change { _ in }
  }
}
