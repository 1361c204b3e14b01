import Exchange
import Merkle
import Replica
import TestSupport

/// One end of a comparison over a key space: the tree, and entries made when they are asked for.
struct KeyHolder: ComparisonEnd {
  let tree: Tree
  let space: KeySpace
  private let shape: TreeShape

  /// How many entries are made at once to build a tree.
  private static let chunkCount = 4_096

  /// Builds the tree of a space.
  init(_ space: KeySpace, shape: TreeShape) {
    var builder = TreeBuilder(.state, shape: shape)
    var run = EntryRun()
    for start in stride(from: 0, to: space.count, by: Self.chunkCount) {
      run.removeAll()
      space.append(start..<min(start + Self.chunkCount, space.count), to: &run)
      builder.append(run)
    }
    self.init(tree: builder.finish(), space: space, shape: shape)
  }

  private init(tree: Tree, space: KeySpace, shape: TreeShape) {
    self.tree = tree
    self.space = space
    self.shape = shape
  }

  /// The end after edits of the entries with these numbers, which ascend: of its buckets only those
  /// with such an entry are made anew.
  func edited(_ numbers: [Int]) -> KeyHolder {
    var space = space
    space.edited = numbers
    var builder = TreeBuilder(.state, shape: shape)
    var run = EntryRun()
    var rest = numbers[...]
    var start = 0
    for bucket in 0..<tree.bucketCount {
      let end = start + tree.entryCount(inBuckets: bucket..<(bucket + 1))
      let inBucket = rest.prefix { $0 < end }
      rest = rest.dropFirst(inBucket.count)
      if !inBucket.isEmpty || !builder.append(summary(ofBucket: bucket)) {
        run.removeAll()
        space.append(start..<end, to: &run)
        builder.append(run)
      }
      start = end
    }
    return KeyHolder(tree: builder.finish(former: tree), space: space, shape: shape)
  }

  private func summary(ofBucket bucket: Int) -> BucketSummary {
    let count = tree.entryCount(inBuckets: bucket..<(bucket + 1))
    return BucketSummary(
      firstKey: tree.firstKey(ofBucket: bucket), boundary: tree.boundary(of: bucket, atLevel: 1),
      entryCount: count, liveCount: count, endsLive: true,
      state: tree.digest(of: bucket, atLevel: 1), content: .zero)
  }

  func entries(inBuckets buckets: Range<Int>) -> EntryRun {
    let first = tree.entryCount(inBuckets: 0..<buckets.lowerBound)
    var run = EntryRun()
    space.append(first..<(first + tree.entryCount(inBuckets: buckets)), to: &run)
    return run
  }
}
