package import Chunks
package import FileSystem
package import Hashing
package import Replica

/// The stored index as a scan sees it: rows of entries in key order, each to be kept or replaced.
///
/// What becomes of the rows is told in the order in which they were given.
package protocol ScanIndex: AnyObject {
  /// The entries of the next row, in key order; nil behind the last.
  func nextRow() throws -> Bucket?
  /// Goes on with the oldest row of which nothing has been told, as it is.
  func keepRow() throws
  /// Removes the oldest row of which nothing has been told; its entries follow as far as they
  /// remain.
  func dropRow() throws
  /// Goes on with entries.
  func append(_ bucket: Bucket) throws
  /// Keeps the chunks of a large file, whose content has a digest, at some time before the last of what
  /// becomes of the rows is told.
  func keep(_ chunks: ChunkList, of path: Path, _ digest: Digest) throws
}

/// Which files a scan leaves to be hashed while they are sent.
package enum Deferral: Sendable {
  /// None.
  case none
  /// Those that are not remembered.
  case new
  /// Large ones that are remembered, and surely have changed.
  case changed

  /// How many bytes a changed file has that is left: so many that more is gained by sending it while it is
  /// hashed than by hashing others beside it, and not more than chunks are kept of.
  package static let changedByteCounts: Range<Int64> =
    (256 << 20)..<(Int64(ChunkList.maximumCount) * Int64(Chunker.minimumByteCount))
}

/// How a scan is to be done.
package struct ScanOptions: Sendable {
  /// What is left out: neither looked at nor taken for deleted.
  package var filter: Filter
  /// Whether every file is hashed, whatever its status says.
  package let rehashes: Bool
  /// Which files are left to be hashed while they are sent.
  package var deferral: Deferral
  /// Whether the root's file system notes in a directory's status change time when a name in it comes
  /// to stand for something else.
  package var notesNameChanges: Bool
  /// Whether a directory that still has its remembered stamp surely has the names in it that are
  /// remembered, so that it need not be listed; never if every file is hashed.
  package let trustsStamps: Bool
  /// What gives what is found its versions.
  package var observer: Observer
  /// The file system's clock, for the racy rule.
  package var clock: FileClock
  /// Whether the scan is to stop, asked wherever it takes long.
  package var isInterrupted: @Sendable () -> Bool

  /// Puts together the options.
  package init(
    filter: Filter, rehashes: Bool, deferral: Deferral = .none, notesNameChanges: Bool,
    trustsStamps: Bool, observer: Observer, clock: FileClock,
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) {
    self.notesNameChanges = notesNameChanges
    self.trustsStamps = trustsStamps && !rehashes
    self.isInterrupted = isInterrupted
    self.filter = filter
    self.rehashes = rehashes
    self.deferral = deferral
    self.observer = observer
    self.clock = clock
  }
}

/// What ends a scan that is to stop.
package struct ScanInterrupted: Error {}

/// Walks a tree and merges what it finds with what the index remembers, in one pass in key order.
///
/// Files whose status is the recorded one are not opened, and directories whose stamp is are not
/// listed. Nothing is taken for deleted but what a listing of its directory no longer shows.
package struct Scanner: ~Copyable {
  /// How many draft buckets may wait for their files to be hashed.
  static var windowCount: Int { 12 }

  let root: Root
  let options: ScanOptions
  private let progress: (Int, Int64) throws -> Void
  let index: any ScanIndex
  let pool: HashingPool
  let walk: Walk
  var rows: RememberedRows
  var scratch = Listing()
  /// The directories that the walk is in, the root first.
  var levels: [Level] = []
  /// The key of the path that the walk is at.
  var key: [UInt8] = []
  var merge = Merge()
  var underWay: [Piece] = []
  var report = ScanReport()

  /// A part of the new index, in order.
  enum Piece {
    case kept
    case draft(DraftBucket, replacesRow: Bool)
  }

  /// The row that the walk is in.
  struct Merge {
    /// Whether there is one.
    var hasRow = false
    var bucket = Bucket()
    var seen = RememberedRow.Seen.each([])
    /// The live directories in it that are not passed yet.
    var directories: ArraySlice<WalkedDirectory> = []
    var position = 0
    /// What has become of the row so far; nil while it is as it was.
    var draft: DraftBucket?
    /// Whether a part of the draft is on its way, so that the row is gone from the index.
    var isDropped = false
    /// What has been found outside any row.
    var loose = DraftBucket()
    /// The last directory whose content is not known.
    var unknown: Path?
  }

  /// Scans `root` into `index` and returns what it came upon beside the entries.
  ///
  /// `progress` is called now and then, at least ten times a second while files are hashed, with the
  /// paths seen and the bytes hashed so far; what it throws ends the scan.
  package static func scan(
    _ root: Root, into index: some ScanIndex, _ options: ScanOptions,
    progress: (Int, Int64) throws -> Void
  ) throws -> ScanReport {
    let device = try root.status().device
    let walk = Walk(root, device: device, options)
    let pool = HashingPool(root, isInterrupted: options.isInterrupted)
    // The thread that merges lists directories, too.
    let walkers = (1..<max(2, processorCount())).map { _ in Worker { walk.work() } }
    let hashers = (0..<processorCount()).map { _ in Worker { pool.work() } }
    defer {
      walk.end()
      pool.end()
      for thread in walkers + hashers { thread.join() }
    }
    return try withoutActuallyEscaping(progress) { progress in
      var scanner = Scanner(
        root: root, options: options, progress: progress, index: index, pool: pool, walk: walk,
        rows: RememberedRows(index, walk))
      try scanner.run()
      return scanner.report
    }
  }

  /// Tells how far the scan is.
  func tellProgress() throws {
    try progress(report.scannedCount, pool.readByteCount)
  }
}
