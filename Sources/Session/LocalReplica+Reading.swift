internal import Exchange
internal import Index
internal import Merkle
internal import Replica

extension LocalReplica {
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
