import Replica

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
  private let shape: TreeShape

  init(_ run: EntryRun, shape: TreeShape) {
    self.shape = shape
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
  func tree(
    of run: EntryRun, _ projection: Projection, former: Tree?
  ) -> (tree: Tree, takenCount: Int) {
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
    return (builder.finish(former: former), takenCount)
  }
}
