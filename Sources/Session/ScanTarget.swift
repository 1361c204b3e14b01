internal import Chunks
internal import DequeModule
internal import FileSystem
internal import Hashing
internal import Index
internal import Merkle
internal import Replica
internal import Scan

/// The index as the scan merges into it, and the view that grows with it.
final class ScanTarget: ScanIndex {
  private let index: Index
  private var writer: RowWriter
  private var view: ViewBuilder?
  private var page: ArraySlice<BucketRow> = []
  /// The rows that were given and of which nothing has been told yet.
  private var givenRows: Deque<BucketRow> = []
  private var nextKey: [UInt8]? = []
  /// What the rows should add up to, and what those read so far do.
  private let expectedSum: Digest
  private var readSum = Digest.zero
  private let commitIntervalSeconds: Int64?
  private let commit: () throws -> Void
  private var lastCommit = monotonicNanoseconds()

  /// How many rows are read at once.
  private static let pageCount = 64

  /// Scans into `index`; with an interval, what has been hashed so far is made durable now and
  /// then, so that a long first scan that is cut short need not begin anew.
  init(
    _ index: Index, _ filter: Filter, commitsEvery seconds: Int64?,
    commit: @escaping () throws -> Void
  ) {
    self.index = index
    writer = RowWriter(to: index)
    view = ViewBuilder(filter)
    expectedSum = index.rowSum
    commitIntervalSeconds = seconds
    self.commit = commit
  }

  func nextRow() throws -> Bucket? {
    if page.isEmpty, let key = nextKey {
      // One row more than is used tells where the next page begins, whatever is written before.
      let rows = try index.rows(from: key, limit: Self.pageCount + 1)
      nextKey = rows.count > Self.pageCount ? rows[Self.pageCount].summary.firstKey : nil
      page = rows.prefix(Self.pageCount)
      for row in page { readSum = readSum.combined(with: row.checksum) }
      guard nextKey != nil || readSum == expectedSum else { throw IndexError.corrupt }
    }
    guard let row = page.popFirst() else { return nil }
    givenRows.append(row)
    return row.bucket
  }

  func keepRow() throws {
    try writer.keep(givenRows.removeFirst()) { summary, run in view?.append(summary, run) }
  }

  func dropRow() throws {
    try writer.drop(givenRows.removeFirst())
  }

  func append(_ bucket: Bucket) throws {
    try writer.append(bucket) { summary, run in view?.append(summary, run) }
    let now = monotonicNanoseconds()
    guard let seconds = commitIntervalSeconds, now - lastCommit > seconds * 1_000_000_000,
      writer.isAtStart
    else { return }
    lastCommit = now
    try commit()
  }

  func keep(_ chunks: ChunkList, of path: Path, _ digest: Digest) throws {
    try index.keep(chunks, of: path, digest)
  }

  /// Writes the last bucket.
  func finish() throws {
    try writer.finish { summary, run in view?.append(summary, run) }
  }

  /// The view, once.
  func takeView() -> View {
    (view.take() ?? ViewBuilder(Filter())).finish()
  }
}
