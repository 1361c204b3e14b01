import Replica
import Testing

@testable import Merkle

extension Tree {
  /// The tree of `run` built in one go.
  init(_ run: EntryRun, _ projection: Projection, shape: TreeShape = .standard) {
    var builder = TreeBuilder(projection, shape: shape)
    builder.append(run)
    self = builder.finish()
  }

  /// All nodes: for each level from the buckets up, digest, boundary and children of each.
  var picture: [[String]] {
    guard height > 0 else { return [] }
    return (1...height).map { level in
      nodes(atLevel: level).map { node in
        let below =
          level == 1
          ? entryCount(inBuckets: node..<(node + 1))
          : children(of: node..<(node + 1), atLevel: level - 1).count
        return "\(digest(of: node, atLevel: level)) \(boundary(of: node, atLevel: level)) \(below)"
      }
    }
  }

  /// The number of nodes of all levels.
  var nodeCount: Int { picture.reduce(0) { $0 + $1.count } }
}

/// The buckets of a replica's index: the runs of its state tree with their summaries.
struct StoredBuckets {
  private(set) var buckets: [(summary: BucketSummary, run: EntryRun)] = []
  /// How many buckets were asked for to renew a tree.
  let readCount = Counter()
  private let shape: TreeShape
  private let hides: Bool

  /// Stores `run`; with `hides`, every third entry is not shown.
  init(_ run: EntryRun, shape: TreeShape, hides: Bool = false) {
    self.shape = shape
    self.hides = hides
    var cutter = RunCutter(level: 1, shape: shape)
    var open = EntryRun()
    var hasher = NodeHasher()
    for index in run.slots.indices {
      open.append(entryAt: index, of: run)
      let boundary = run.withKey(at: index) { Boundary(of: $0) }
      guard cutter.endsRun(after: boundary) || index == run.count - 1 else { continue }
      var bytes: [UInt8] = []
      open.encode(to: &bytes)
      buckets.append((BucketSummary(of: open, encoded: bytes, using: &hasher), open))
      open = EntryRun()
    }
  }

  /// The tree of `run`, made of the stored buckets wherever they hold what it holds, and how many
  /// of them were taken as they are.
  func tree(of run: EntryRun, _ projection: Projection) -> (tree: Tree, takenCount: Int) {
    var builder = TreeBuilder(projection, shape: shape)
    var takenCount = 0
    var next = 0
    for bucket in buckets {
      let end = run.firstIndex(notBefore: (bucket.run.key(at: bucket.run.count - 1) + [0]).span)
      let current = EntryRun((next..<end).map(run.entry(at:)))
      next = end
      if current == bucket.run, builder.append(bucket.summary) {
        takenCount += 1
      } else {
        builder.append(current)
      }
    }
    for index in next..<run.count { builder.append(entryAt: index, of: run) }
    return (builder.finish(), takenCount)
  }

  /// What a tree is to show of all of them.
  var shown: EntryRun {
    EntryRun(buckets.flatMap { shown(of: $0.run).entries })
  }

  private func shown(of run: EntryRun) -> EntryRun {
    guard hides else { return run }
    return run.filtered { index in
      run.withKey(at: index) { Boundary(of: $0).rawValue >> 40 % 3 != 0 }
    }
  }
}

extension StoredBuckets: BucketStore {
  /// A number that a value can change.
  final class Counter {
    var value = 0
  }

  var isShownWhole: Bool { !hides }

  func firstKey(ofBucketAt key: [UInt8]) -> [UInt8]? {
    buckets.last { !key.span.precedes($0.summary.firstKey.span) }?.summary.firstKey
  }

  func summaries(from key: [UInt8], limit: Int) -> [BucketSummary] {
    let found = buckets.filter { !$0.summary.firstKey.span.precedes(key.span) }.prefix(limit)
    readCount.value += found.count
    return found.map(\.summary)
  }

  func entries(ofBucketFrom firstKey: [UInt8]) throws -> EntryRun {
    readCount.value += 1
    return shown(of: try #require(buckets.first { $0.summary.firstKey == firstKey }).run)
  }
}

extension EntryRun {
  /// The paths at which this run and another do not hold the same.
  func changedPaths(to other: EntryRun) -> Set<Path> {
    Set(Set(entries).symmetricDifference(other.entries).map(\.path))
  }
}
