internal import Exchange
internal import Index
internal import Merkle
internal import Reconcile
internal import Replica

extension LocalReplica {
  /// The entry at `path` that the run sees, with its stamp.
  func entry(at path: Path) throws -> (entry: Entry, stamp: Stamp)? {
    if !(cached?.covers(path) ?? false) {
      cached = try index.row(containing: path.key).map { row in
        CachedRow(row: row, end: try index.firstKey(after: row.summary.firstKey))
      }
    }
    return cached?.entry(at: path)
  }

  /// Calls `body` with each live entry that the run sees, in key order: its run, and where it is in that.
  func forEachLiveEntry(_ body: (EntryRun, Int) throws -> Void) throws {
    let tree = view.content
    for number in 0..<tree.bucketCount {
      try Interruption.check()
      let run = try bucket(number..<(number + 1), of: tree).run
      for index in 0..<run.count { try body(run, index) }
    }
  }

  /// Whether the run leaves out what is, or is to be, at a path.
  func leavesOut(_ path: Path, _ attributes: Attributes) -> Bool {
    opening.filter.hides(path.key.span, attributes.kind)
  }

  /// Whether a directory is at a path that is left out, whether it was ever looked at or not.
  func hidesDirectory(at path: Path) throws -> Bool {
    guard leavesOut(path, .directory(mode: 0)) else { return false }
    if try entry(at: path)?.entry.attributes.kind == .directory { return true }
    return (try? root.status(of: path))?.kind == .directory
  }

  /// Whether the run may change a path. A conflict copy goes with the path that it is of, whatever
  /// its own name.
  func mayChange(_ path: Path, _ attributes: Attributes) -> Bool {
    if !leavesOut(path, attributes) { return true }
    let original = ConflictCopy.original(of: path.name)
    return original.map { !leavesOut(path.parent.appending($0), attributes) } ?? false
  }

  /// The row that the last lookup was in: lookups mostly come in key order. A class, so that a
  /// lookup counts one reference and not each of those in the row.
  final class CachedRow {
    private let bucket: Bucket
    private let start: Path
    /// The first key of the next row.
    private let end: Path?

    init(row: BucketRow, end: [UInt8]?) {
      bucket = row.bucket
      start = Path(uncheckedKey: row.summary.firstKey)
      self.end = end.map(Path.init(uncheckedKey:))
    }

    func covers(_ path: Path) -> Bool {
      path >= start && end.map { path < $0 } ?? true
    }

    func entry(at path: Path) -> (entry: Entry, stamp: Stamp)? {
      guard let position = bucket.run.index(of: path.key.span) else { return nil }
      return (bucket.run.entry(at: position), bucket.stamps[position])
    }
  }

  /// The tree that a projection makes of what the run sees; that of the attributes is made when it is
  /// asked for.
  func tree(_ projection: Projection) throws -> Tree {
    switch projection {
    case .state: return view.state
    case .content: return view.content
    case .attributes:
      if let attributesTree { return attributesTree }
      var builder = TreeBuilder(.attributes)
      var rows = RowCursor(index)
      while let row = try rows.next() {
        try Interruption.check()
        builder.append(row.bucket.run.filtered(by: opening.filter))
      }
      let tree = builder.finish()
      attributesTree = tree
      return tree
    }
  }

  /// How many rows are read at once.
  private static let pageCount = 32

  /// The entries, with their stamps, that the view shows in some buckets of a tree of it.
  func bucket(_ buckets: Range<Int>, of tree: Tree) throws -> Bucket {
    var shown = Bucket()
    guard !buckets.isEmpty else { return shown }
    let start = tree.firstKey(ofBucket: buckets.lowerBound)
    let end =
      buckets.upperBound < tree.bucketCount ? tree.firstKey(ofBucket: buckets.upperBound) : nil
    var next = try index.firstKey(notBehind: start)
    // Where everything is shown, each bucket is a row; elsewhere a row may have much that is not.
    var rowCount = opening.filter.isEmpty && tree.projection == .state ? buckets.count : 1
    while let key = next {
      if let end, !key.span.precedes(end.span) { break }
      let page = try index.rows(from: key, limit: max(1, min(rowCount, Self.pageCount)))
      rowCount -= page.count
      for row in page {
        let run = row.bucket.run
        let isWhole = showsAll(of: run, in: tree.projection, start, end)
        for position in 0..<run.count
        where isWhole || shows(position, of: run, in: tree.projection, start, end) {
          shown.append(entryAt: position, of: row.bucket)
        }
      }
      next = try page.last.flatMap { row in try index.firstKey(after: row.summary.firstKey) }
    }
    return shown
  }

  /// Whether all entries of a row are surely shown.
  private func showsAll(
    of run: EntryRun, in projection: Projection, _ start: [UInt8], _ end: [UInt8]?
  ) -> Bool {
    guard opening.filter.isEmpty, projection == .state, run.count > 0 else { return false }
    return run.withKey(at: 0) { !$0.precedes(start.span) }
      && run.withKey(at: run.count - 1) { key in end.map { key.precedes($0.span) } ?? true }
  }

  private func shows(
    _ position: Int, of run: EntryRun, in projection: Projection, _ start: [UInt8],
    _ end: [UInt8]?
  ) -> Bool {
    let attributes = run.attributes(at: position)
    guard projection.shows(attributes) else { return false }
    return run.withKey(at: position) { key in
      !key.precedes(start.span) && end.map { key.precedes($0.span) } ?? true
        && !opening.filter.hides(key, attributes.kind)
    }
  }
}

/// The entries of a tree's buckets, read from the index.
struct StoredEntries: EntrySource {
  let replica: LocalReplica
  let tree: Tree

  func entries(inBuckets buckets: Range<Int>) throws -> EntryRun {
    try replica.bucket(buckets, of: tree).run
  }
}
