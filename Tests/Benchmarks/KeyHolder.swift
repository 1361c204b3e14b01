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

  /// The end after edits of the entries with these numbers, and how long its tree took: of the
  /// buckets only those with such an entry are made anew.
  func edited(_ numbers: [Int]) throws -> (end: KeyHolder, seconds: Double) {
    var edited = self
    edited.space.edited = numbers
    let paths = numbers.map(space.path)
    // That entries are made when they are asked for is no part of what is measured.
    let store = EditedBuckets(of: edited, at: Set(paths.map { tree.bucket(at: $0.key.span) }))
    let started = monotonicNanoseconds()
    var stale = StaleBuckets(of: tree)
    for path in paths { stale.insert(path.key.span, of: tree) }
    edited.tree = try tree.renewed(at: stale, from: store)
    return (edited, Double(monotonicNanoseconds() - started) / 1e9)
  }

  func entries(inBuckets buckets: Range<Int>) -> EntryRun {
    let first = tree.entryCount(inBuckets: 0..<buckets.lowerBound)
    var run = EntryRun()
    space.append(first..<(first + tree.entryCount(inBuckets: buckets)), to: &run)
    return run
  }
}

/// The buckets in which there are edits; they are where they were before, since an edit moves no
/// boundary.
///
/// Their digests are not taken over, so that making them is a part of what is measured.
private struct EditedBuckets: BucketStore {
  private let tree: Tree
  private let runs: [Int: EntryRun]

  /// Makes the entries of these buckets of `holder`.
  init(of holder: KeyHolder, at buckets: Set<Int>) {
    tree = holder.tree
    runs = Dictionary(
      uniqueKeysWithValues: buckets.map { ($0, holder.entries(inBuckets: $0..<($0 + 1))) })
  }

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

  func entries(ofBucketFrom firstKey: [UInt8]) throws -> EntryRun {
    guard let run = runs[tree.bucket(at: firstKey.span)] else {
      throw ComparisonFailure(what: "an edit moved a boundary")
    }
    return run
  }

  private func summary(ofBucket bucket: Int) -> BucketSummary {
    let count = tree.entryCount(inBuckets: bucket..<(bucket + 1))
    return BucketSummary(
      firstKey: tree.firstKey(ofBucket: bucket), boundary: tree.boundary(of: bucket, atLevel: 1),
      entryCount: count, liveCount: count, endsLive: true,
      state: tree.digest(of: bucket, atLevel: 1), content: .zero)
  }
}
