internal import Exchange
internal import Index
internal import Merkle
internal import Replica

extension LocalReplica {
  /// The entry at `path` that the run sees, with its stamp.
  func entry(at path: Path) throws -> (entry: Entry, stamp: Stamp)? {
    if !(cached?.covers(path) ?? false) {
      cached = try index.row(containing: path.key).map { row in
        CachedRow(row: row, end: try index.firstKey(after: row.summary.firstKey))
      }
    }
    guard let bucket = cached?.row.bucket, let position = bucket.run.index(of: path.key.span)
    else { return nil }
    return (bucket.run.entry(at: position), bucket.stamps[position])
  }

  /// The row that the last lookup was in: lookups mostly come in key order.
  struct CachedRow {
    let row: BucketRow
    /// The first key of the next row.
    let end: [UInt8]?

    func covers(_ path: Path) -> Bool {
      !path.key.span.precedes(row.summary.firstKey.span)
        && end.map { path.key.span.precedes($0.span) } ?? true
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
        builder.append(row.bucket.run.filtered(by: opening.filter))
      }
      let tree = builder.finish()
      attributesTree = tree
      return tree
    }
  }

  /// The entries, with their stamps, that the view shows in some buckets of a tree of it.
  func bucket(_ buckets: Range<Int>, of tree: Tree) throws -> Bucket {
    var shown = Bucket()
    guard !buckets.isEmpty else { return shown }
    let start = tree.firstKey(ofBucket: buckets.lowerBound)
    let end =
      buckets.upperBound < tree.bucketCount ? tree.firstKey(ofBucket: buckets.upperBound) : nil
    var next = try index.row(containing: start)
    while let current = next {
      for position in 0..<current.bucket.count
      where shows(position, of: current.bucket.run, in: tree.projection, start, end) {
        shown.append(entryAt: position, of: current.bucket)
      }
      guard let key = try index.firstKey(after: current.summary.firstKey),
        end.map({ key.span.precedes($0.span) }) ?? true
      else { break }
      next = try index.rows(from: key, limit: 1).first
    }
    return shown
  }

  private func shows(
    _ position: Int, of run: EntryRun, in projection: Projection, _ start: [UInt8],
    _ end: [UInt8]?
  ) -> Bool {
    let attributes = run.attributes(at: position)
    guard projection.shows(attributes) else { return false }
    return run.withKey(at: position) { key in
      !key.precedes(start.span) && end.map { key.precedes($0.span) } ?? true
        && (opening.filter.isEmpty
          || !opening.filter.excludesOrIsBelowExcluded(
            key, isDirectory: attributes.kind == .directory))
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
