import Exchange
import FileSystem
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

  /// The end after edits of the entries with these numbers, which ascend, and how long its tree took:
  /// of the buckets only those with such an entry are made anew.
  func edited(_ numbers: [Int]) throws -> (end: KeyHolder, seconds: Double) {
    var space = space
    space.edited = numbers
    let edits = edits(numbers, in: space)
    let summaries = (0..<tree.bucketCount).map(summary(ofBucket:))
    let started = monotonicNanoseconds()
    var builder = TreeBuilder(.state, shape: shape)
    var next = 0
    for bucket in 0..<tree.bucketCount {
      if next < edits.count, edits[next].bucket == bucket {
        builder.append(edits[next].run)
        next += 1
      } else if !builder.append(summaries[bucket]) {
        throw ComparisonFailure(what: "an edit moved a boundary")
      }
    }
    let tree = builder.finish(former: tree)
    let seconds = Double(monotonicNanoseconds() - started) / 1e9
    return (KeyHolder(tree: tree, space: space, shape: shape), seconds)
  }

  /// The buckets that hold entries with these numbers, as they are in `space`; and the last, which
  /// does not end at a boundary and cannot be taken over as it stands.
  private func edits(_ numbers: [Int], in space: KeySpace) -> [(bucket: Int, run: EntryRun)] {
    var edits: [(bucket: Int, run: EntryRun)] = []
    var rest = numbers[...]
    var start = 0
    for bucket in 0..<tree.bucketCount {
      let end = start + tree.entryCount(inBuckets: bucket..<(bucket + 1))
      let inBucket = rest.prefix { $0 < end }
      rest = rest.dropFirst(inBucket.count)
      if !inBucket.isEmpty || bucket == tree.bucketCount - 1 {
        var run = EntryRun()
        space.append(start..<end, to: &run)
        edits.append((bucket, run))
      }
      start = end
    }
    return edits
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
