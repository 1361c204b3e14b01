import Exchange
import FileSystem
import Merkle
import Replica
import TestSupport

/// One end of a comparison over a key space: the tree, and entries made when they are asked for.
struct KeyHolder: ComparisonEnd {
  private(set) var tree: Tree
  private(set) var space: KeySpace

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
    tree = builder.finish()
    self.space = space
  }

  /// The end after edits of the entries with these numbers, and how long its tree took: of the buckets
  /// only those with such an entry are made anew.
  func edited(_ numbers: [Int]) throws -> (end: KeyHolder, seconds: Double) {
    var edited = self
    edited.space.edited = numbers
    let paths = numbers.map(space.path)
    let started = monotonicNanoseconds()
    var stale = StaleBuckets(of: tree)
    for path in paths { stale.insert(path.key.span, of: tree) }
    edited.tree = try tree.renewed(at: stale, from: edited)
    return (edited, Double(monotonicNanoseconds() - started) / 1e9)
  }

  func entries(inBuckets buckets: Range<Int>) -> EntryRun {
    let first = tree.entryCount(inBuckets: 0..<buckets.lowerBound)
    var run = EntryRun()
    space.append(first..<(first + tree.entryCount(inBuckets: buckets)), to: &run)
    return run
  }
}

/// The buckets are where they were before an edit: it moves no boundary. Their digests are not taken
/// over, so that making them is a part of what is measured.
extension KeyHolder: BucketStore {
  var isShownWhole: Bool { false }

  func firstKey(ofBucketAt key: [UInt8]) -> [UInt8]? {
    let first = tree.firstKey(ofBucket: tree.bucket(at: key.span))
    return key.span.precedes(first.span) ? nil : first
  }

  func summaries(from key: [UInt8], limit: Int) -> [BucketSummary] {
    let bucket = tree.bucket(at: key.span)
    let first = tree.firstKey(ofBucket: bucket).span.precedes(key.span) ? bucket + 1 : bucket
    return (first..<max(first, min(first + limit, tree.bucketCount))).map(summary)
  }

  func entries(ofBucketFrom firstKey: [UInt8]) -> EntryRun {
    let bucket = tree.bucket(at: firstKey.span)
    return entries(inBuckets: bucket..<(bucket + 1))
  }

  private func summary(ofBucket bucket: Int) -> BucketSummary {
    let count = tree.entryCount(inBuckets: bucket..<(bucket + 1))
    return BucketSummary(
      firstKey: tree.firstKey(ofBucket: bucket), boundary: tree.boundary(of: bucket, atLevel: 1),
      entryCount: count, liveCount: count, endsLive: true,
      state: tree.digest(of: bucket, atLevel: 1), content: .zero)
  }
}
