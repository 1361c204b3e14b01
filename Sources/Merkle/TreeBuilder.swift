internal import Hashing
package import Replica

/// Builds a tree from a stream in key order: of whole buckets as they are stored, whose digests
/// are taken where they stand in the tree as they are, and of runs of entries elsewhere.
package struct TreeBuilder: ~Copyable {
  private let projection: Projection
  private let shape: TreeShape
  private var buckets = Tree.Level()
  private var firstKeys = KeyList()
  private var cutter: RunCutter
  private var open = EntryRun()
  private var scratch: [UInt8] = []
  private var hasher = NodeHasher()

  /// Begins a tree of what `projection` shows.
  package init(_ projection: Projection, shape: TreeShape = .standard) {
    self.projection = projection
    self.shape = shape
    cutter = RunCutter(level: 1, shape: shape)
  }

  /// Begins a tree that is to hold about as much as `former`: there is room for it from the
  /// beginning, where growing would take half as much again.
  init(like former: Tree) {
    self.init(former.projection, shape: former.shape)
    buckets.reserve(former.bucketCount + former.bucketCount / 64)
    firstKeys.reserve(like: former.firstKeys)
  }

  /// Whether what comes next begins a bucket.
  var isAtStart: Bool { cutter.isAtStart }

  /// Whether a stored bucket can be added without its entries.
  private func takes(_ summary: BucketSummary) -> Bool {
    cutter.isAtStart && summary.stands(in: projection, shape: shape)
  }

  /// Adds a stored bucket without its entries; returns whether it could be taken so. If not,
  /// nothing was added and its entries must be.
  package mutating func append(_ summary: BucketSummary) -> Bool {
    guard takes(summary) else { return false }
    firstKeys.append(summary.firstKey)
    buckets.append(
      summary.digest(in: projection), summary.boundary, childCount: summary.count(in: projection))
    return true
  }

  /// Adds buckets of a tree of the same projection and shape as they are, where a bucket begins.
  mutating func append(_ range: Range<Int>, of tree: Tree) {
    precondition(isAtStart, "buckets are taken over where one begins")
    buckets.append(range, of: tree.levels[0])
    firstKeys.append(range, of: tree.firstKeys)
  }

  /// Adds those entries of `run` that the projection shows.
  package mutating func append(_ run: EntryRun) {
    if appendWhole(run) { return }
    for index in run.slots.indices {
      append(entryAt: index, of: run)
    }
  }

  /// Adds a run that makes just one bucket; returns whether it does. If not, nothing was added.
  ///
  /// PERF: without a copy of the run, as most are when a tree is renewed.
  private mutating func appendWhole(_ run: EntryRun) -> Bool {
    guard cutter.isAtStart else { return false }
    var cutter = cutter
    let slots = run.slots.span
    for index in slots.indices {
      guard projection.shows(slots[index].attributes) else { return false }
      let boundary = run.withKey(at: index) { Boundary(of: $0) }
      guard cutter.endsRun(after: boundary) else { continue }
      guard index == run.count - 1 else { return false }
      add(run, boundary)
      return true
    }
    return false
  }

  /// Adds one entry, if the projection shows it.
  package mutating func append(entryAt index: Int, of run: EntryRun) {
    guard projection.shows(run.attributes(at: index)) else { return }
    open.append(entryAt: index, of: run)
    let boundary = run.withKey(at: index) { Boundary(of: $0) }
    if cutter.endsRun(after: boundary) { close(with: boundary) }
  }

  /// Ends the stream and returns the tree.
  package consuming func finish() -> Tree { finish(former: nil) }

  /// Ends the stream and returns the tree; `former`, a tree that shares nodes with it, saves
  /// hashing those.
  consuming func finish(former: Tree?) -> Tree {
    if !open.isEmpty { close(with: open.withKey(at: open.count - 1) { Boundary(of: $0) }) }
    return Tree(
      projection: projection, shape: shape, buckets: buckets, firstKeys: firstKeys,
      former: former, using: &hasher)
  }

  private mutating func close(with boundary: Boundary) {
    add(open, boundary)
    open.removeAll()
  }

  private mutating func add(_ run: EntryRun, _ boundary: Boundary) {
    firstKeys.append(run.key(at: 0))
    buckets.append(digest(ofBucket: run), boundary, childCount: run.count)
  }

  private mutating func digest(ofBucket run: EntryRun) -> Digest {
    scratch.removeAll(keepingCapacity: true)
    switch projection {
    case .content: return hasher.contentDigest(ofBucket: run)
    case .state: run.encode(to: &scratch)
    case .attributes:
      for index in run.slots.indices { run.encodeAttributes(at: index, to: &scratch) }
    }
    return hasher.digest(ofBucket: scratch, count: run.count)
  }
}
