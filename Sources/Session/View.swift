internal import Hashing
internal import Index
internal import Merkle
internal import Replica
internal import Scan

/// What a run sees of a replica: the trees over the entries that its filter lets through.
struct View {
  let state: Tree
  let content: Tree
  let liveCount: Int
  let tombstoneCount: Int
  /// The bytes in the files, as they were scanned.
  let byteCount: Int64

  /// Whether there is no entry.
  var isEmpty: Bool { liveCount + tombstoneCount == 0 }

  /// The tree that a projection makes.
  func tree(_ projection: Projection) -> Tree {
    projection == .state ? state : content
  }
}

/// Builds a view from the buckets of an index, in key order.
struct ViewBuilder: ~Copyable {
  private let filter: Filter
  private var state: TreeBuilder
  private var content: TreeBuilder
  private let former: View?
  private var liveCount = 0
  private var tombstoneCount = 0
  private var byteCount: Int64 = 0

  /// Begins a view; `former`, a view that shares most of it, saves hashing that.
  init(_ filter: Filter, former: View? = nil) {
    self.filter = filter
    self.former = former
    state = TreeBuilder(.state, like: former?.state)
    content = TreeBuilder(.content, like: former?.content)
  }

  /// Adds a bucket of the index, whose entries are `run`.
  mutating func append(_ summary: BucketSummary, _ run: EntryRun) {
    var shown = run
    var isWhole = true
    if !filter.isEmpty {
      shown = run.filtered(by: filter)
      isWhole = shown.count == run.count
    }
    for slot in shown.slots {
      if slot.attributes.isLive { liveCount += 1 } else { tombstoneCount += 1 }
      if slot.attributes.kind == .file { byteCount += slot.attributes.size }
    }
    if !isWhole || !state.append(summary) { state.append(shown) }
    if !isWhole || !content.append(summary) { content.append(shown) }
  }

  /// Adds a bucket of the index by its summary alone; returns false, and adds nothing, if its entries
  /// must be looked at.
  mutating func append(_ summary: BucketSummary) -> Bool {
    guard filter.isEmpty, state.takes(summary), content.takes(summary) else { return false }
    liveCount += summary.liveCount
    tombstoneCount += summary.entryCount - summary.liveCount
    return state.append(summary) && content.append(summary)
  }

  /// Ends the view.
  consuming func finish() -> View {
    let byteCount = former?.byteCount ?? byteCount
    return View(
      state: state.finish(former: former?.state), content: content.finish(former: former?.content),
      liveCount: liveCount, tombstoneCount: tombstoneCount,
      byteCount: byteCount)
  }
}

extension EntryRun {
  /// The entries that a filter lets through.
  func filtered(by filter: Filter) -> EntryRun {
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
