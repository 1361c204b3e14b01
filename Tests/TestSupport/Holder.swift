package import Merkle
package import Replica

/// Entries in memory: those that a tree shows, and the tree.
package struct Holder: ComparisonEnd {
  /// The tree.
  package let tree: Tree
  /// The entries.
  package let run: EntryRun

  /// Builds the tree of those entries of `run` that the projection shows.
  package init(_ run: EntryRun, _ projection: Projection, shape: TreeShape = .standard) {
    var builder = TreeBuilder(projection, shape: shape)
    builder.append(run)
    tree = builder.finish()
    self.run = run.filtered { projection.shows(run.attributes(at: $0)) }
  }

  /// The entries of some buckets.
  package func entries(inBuckets buckets: Range<Int>) -> EntryRun {
    let first = tree.entryCount(inBuckets: 0..<buckets.lowerBound)
    var selection = EntryRun()
    for index in first..<(first + tree.entryCount(inBuckets: buckets)) {
      selection.append(entryAt: index, of: run)
    }
    return selection
  }
}
