internal import Hashing
internal import Index
internal import Merkle
internal import Replica
internal import Scan

/// What a run sees of a replica: the trees over the entries that its filter lets through.
struct View {
  private var renewableState: RenewableTree
  private var renewableContent: RenewableTree
  /// The bytes in the files, as they were scanned.
  let byteCount: Int64

  fileprivate init(state: Tree, content: Tree, byteCount: Int64) {
    renewableState = RenewableTree(state)
    renewableContent = RenewableTree(content)
    self.byteCount = byteCount
  }

  /// The tree over all entries, versions included.
  var state: Tree { renewableState.tree }

  /// The tree over what the live entries hold.
  var content: Tree { renewableContent.tree }

  /// The number of entries that are no tombstones.
  var liveCount: Int { content.entryCount }

  /// The number of tombstones.
  var tombstoneCount: Int { state.entryCount - content.entryCount }

  /// Whether there is no entry.
  var isEmpty: Bool { state.entryCount == 0 }

  /// Notes that the index is about to have something else at a path.
  mutating func noteChange(at path: Path) {
    renewableState.noteChange(at: path)
    renewableContent.noteChange(at: path)
  }

  /// Notes that the index is about to have other versions of the entries of a run.
  mutating func noteVersions(of run: EntryRun) {
    if run.count > 0 { renewableState.noteVersions(of: run) }
  }

  /// Brings the trees up to date with what the index holds now, one after the other: so there are no
  /// more than three in memory.
  mutating func renew(from store: some BucketStore) throws {
    try renewableState.renew(from: store)
    try renewableContent.renew(from: store)
  }
}

/// A tree, and which of its buckets the index no longer holds so.
private struct RenewableTree {
  private(set) var tree: Tree
  private var stale: StaleBuckets?

  init(_ tree: Tree) {
    self.tree = tree
  }

  mutating func noteChange(at path: Path) {
    beginNoting()
    stale?.insert(path.key.span, of: tree)
  }

  /// Notes changes of the entries of a run of which none has come or gone.
  mutating func noteVersions(of run: EntryRun) {
    beginNoting()
    stale?.insert(run.key(at: 0).span, through: run.key(at: run.count - 1).span, of: tree)
  }

  private mutating func beginNoting() {
    if stale == nil { stale = StaleBuckets(of: tree) }
  }

  mutating func renew(from store: some BucketStore) throws {
    guard let stale else { return }
    tree = try tree.renewed(at: stale, from: store)
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
      byteCount = byteCount.saturatingSum(with: slot.attributes.size)
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
      let isHidden = withKey(at: index) { filter.hides($0, kind(at: index)) }
      if !isHidden { shown.append(entryAt: index, of: self) }
    }
    return shown
  }
}
