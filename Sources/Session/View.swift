internal import Hashing
internal import Index
internal import Merkle
internal import Replica
internal import Scan

/// What a run sees of a replica: the trees over the entries that its filter lets through.
struct View {
  private(set) var state: Tree
  private(set) var content: Tree
  /// The bytes in the files, as they were scanned.
  let byteCount: Int64
  /// The buckets of either tree that the index no longer holds so.
  private var stale: (state: StaleBuckets, content: StaleBuckets)?

  fileprivate init(state: Tree, content: Tree, byteCount: Int64) {
    self.state = state
    self.content = content
    self.byteCount = byteCount
  }

  /// The number of entries that are no tombstones.
  var liveCount: Int { content.entryCount }

  /// The number of tombstones.
  var tombstoneCount: Int { state.entryCount - content.entryCount }

  /// Whether there is no entry.
  var isEmpty: Bool { state.entryCount == 0 }

  /// Notes that the index is about to have something else at a path.
  mutating func noteChange(at path: Path) {
    var noted = stale.take() ?? (StaleBuckets(of: state), StaleBuckets(of: content))
    noted.state.insert(path.key.span, of: state)
    noted.content.insert(path.key.span, of: content)
    stale = noted
  }

  /// Notes that the index is about to have other versions of the entries of a run.
  mutating func noteVersions(of run: EntryRun) {
    guard run.count > 0 else { return }
    var noted = stale.take() ?? (StaleBuckets(of: state), StaleBuckets(of: content))
    noted.state.insert(run.key(at: 0).span, through: run.key(at: run.count - 1).span, of: state)
    stale = noted
  }

  /// Brings the trees up to date with what the index holds now.
  mutating func renew(from store: some BucketStore) throws {
    guard let stale else { return }
    let renewed = (
      state: try state.renewed(at: stale.state, from: store),
      content: try content.renewed(at: stale.content, from: store)
    )
    (state, content) = renewed
    self.stale = nil
  }
}

/// Builds a view from the buckets of an index, in key order.
struct ViewBuilder: ~Copyable {
  private let filter: Filter
  private var state = TreeBuilder(.state)
  private var content = TreeBuilder(.content)
  private var byteCount: Int64 = 0

  /// Begins a view.
  init(_ filter: Filter) {
    self.filter = filter
  }

  /// Adds a bucket of the index, whose entries are `run`.
  mutating func append(_ summary: BucketSummary, _ run: EntryRun) {
    let shown = run.filtered(by: filter)
    let isWhole = shown.count == run.count
    for slot in shown.slots where slot.attributes.kind == .file {
      byteCount += slot.attributes.size
    }
    if !isWhole || !state.append(summary) { state.append(shown) }
    if !isWhole || !content.append(summary) { content.append(shown) }
  }

  /// Ends the view.
  consuming func finish() -> View {
    View(state: state.finish(), content: content.finish(), byteCount: byteCount)
  }
}

/// The buckets of an index as a filter shows them.
struct ShownBuckets: BucketStore {
  let index: Index
  let filter: Filter

  var isShownWhole: Bool { filter.isEmpty }

  func firstKey(ofBucketAt key: [UInt8]) throws -> [UInt8]? {
    try index.firstKey(notBehind: key)
  }

  func summaries(from key: [UInt8], limit: Int) throws -> [BucketSummary] {
    try index.summaries(from: key, limit: limit)
  }

  func entries(ofBucketFrom firstKey: [UInt8]) throws -> EntryRun {
    guard let row = try index.row(containing: firstKey) else { throw IndexError.corrupt }
    return row.bucket.run.filtered(by: filter)
  }
}

extension EntryRun {
  /// The entries that a filter lets through.
  func filtered(by filter: Filter) -> EntryRun {
    guard !filter.isEmpty else { return self }
    var shown = EntryRun()
    for index in 0..<count {
      let isDirectory = attributes(at: index).kind == .directory
      let isExcluded = withKey(at: index) {
        filter.excludesOrIsBelowExcluded($0, isDirectory: isDirectory)
      }
      if !isExcluded { shown.append(entryAt: index, of: self) }
    }
    return shown
  }
}
