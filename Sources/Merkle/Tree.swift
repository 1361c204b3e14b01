package import Hashing
internal import Replica

/// A Merkle tree over entries in key order: the buckets and every level above them, without the
/// entries.
///
/// Level 1 holds the buckets, the last level one node, the root. The tree depends on its entries
/// alone and not on how they came to be there.
package struct Tree: Sendable {
  /// The nodes of one level, in key order.
  struct Level: Sendable {
    var digests: [Digest] = []
    /// The boundary of each node's last key.
    var boundaries: [Boundary] = []
    /// Where each node's children begin in the level below, and where the last one's end; for
    /// buckets, how many entries come before each.
    var starts: [Int] = [0]

    var count: Int { digests.count }

    mutating func reserve(_ count: Int) {
      digests.reserveCapacity(count)
      boundaries.reserveCapacity(count)
      starts.reserveCapacity(count + 1)
    }

    mutating func append(_ digest: Digest, _ boundary: Boundary, childCount: Int) {
      digests.append(digest)
      boundaries.append(boundary)
      starts.append(starts[starts.count - 1] + childCount)
    }

    mutating func append(_ range: Range<Int>, of other: Level) {
      digests.append(contentsOf: other.digests[range])
      boundaries.append(contentsOf: other.boundaries[range])
      starts.append(neighbours: other.starts[range.lowerBound...range.upperBound])
    }
  }

  /// What the digests cover.
  package let projection: Projection
  /// The root's digest.
  package let root: Digest
  let shape: TreeShape
  let levels: [Level]
  let firstKeys: KeyList

  /// Builds the levels above `buckets`, taking from `former`, a tree that shares some of them,
  /// the digests of nodes whose children are the same.
  init(
    projection: Projection, shape: TreeShape, buckets: Level, firstKeys: KeyList, former: Tree?,
    using hasher: inout NodeHasher
  ) {
    var levels = [buckets]
    while let last = levels.last, last.count > 1 {
      let number = levels.count + 1
      let old = former.flatMap { number <= $0.levels.count ? $0 : nil }
      levels.append(
        Self.level(
          number, above: last, shape: shape,
          former: old.map { ($0.levels[number - 2], $0.levels[number - 1]) }, using: &hasher))
    }
    self.projection = projection
    self.shape = shape
    self.levels = levels
    self.firstKeys = firstKeys
    let none: [Digest] = []
    root = levels.last?.digests.first ?? hasher.digest(level: 0, children: none.span)
  }

  private static func level(
    _ number: Int, above below: Level, shape: TreeShape, former: (below: Level, level: Level)?,
    using hasher: inout NodeHasher
  ) -> Level {
    var level = Level()
    var cutter = RunCutter(level: number, shape: shape)
    var start = 0
    var formerNode = 0
    while start < below.count {
      if let former,
        let (node, count) = Self.node(of: former, like: below, from: start, near: &formerNode)
      {
        level.append(former.level.digests[node], former.level.boundaries[node], childCount: count)
        start += count
        continue
      }
      var end = start + 1
      while !cutter.endsRun(after: below.boundaries[end - 1]), end < below.count { end += 1 }
      let children = below.digests.span.extracting(start..<end)
      level.append(
        hasher.digest(level: number, children: children), below.boundaries[end - 1],
        childCount: children.count)
      start = end
    }
    return level
  }

  /// The former node whose children are those that come from `start` on, and how many they are: a run
  /// that begins with the same children ends where it did. It is looked for near `node`, which is moved
  /// behind it.
  private static func node(
    of former: (below: Level, level: Level), like below: Level, from start: Int,
    near node: inout Int
  ) -> (node: Int, count: Int)? {
    let reach = 8
    for candidate in node..<min(node + reach, former.level.count) {
      let range = former.level.starts[candidate]..<former.level.starts[candidate + 1]
      guard former.below.digests[range.lowerBound] == below.digests[start] else { continue }
      node = candidate + 1
      // The last may have ended with the level alone.
      let isLast = candidate == former.level.count - 1
      guard range.count <= below.count - start, !isLast || start + range.count == below.count,
        former.below.digests[range].elementsEqual(below.digests[start..<(start + range.count)])
      else { return nil }
      return (candidate, range.count)
    }
    return nil
  }

  /// The number of levels, 0 for a tree without entries.
  package var height: Int { levels[0].count == 0 ? 0 : levels.count }

  /// The number of entries.
  package var entryCount: Int { levels[0].starts[levels[0].count] }

  /// The number of buckets.
  package var bucketCount: Int { levels[0].count }

  /// All nodes of `level`, counted from 1; above the root there is nothing but the root.
  package func nodes(atLevel level: Int) -> Range<Int> {
    0..<levels[min(level, levels.count) - 1].count
  }

  /// The children, at `level`, of the nodes `range` of the level above it.
  package func children(of range: Range<Int>, atLevel level: Int) -> Range<Int> {
    guard level < levels.count else { return range }
    let starts = levels[level].starts
    return starts[range.lowerBound]..<starts[range.upperBound]
  }

  /// The digest of a node.
  package func digest(of node: Int, atLevel level: Int) -> Digest {
    levels[min(level, levels.count) - 1].digests[node]
  }

  /// The boundary of a node's last key.
  package func boundary(of node: Int, atLevel level: Int) -> Boundary {
    levels[min(level, levels.count) - 1].boundaries[node]
  }

  /// The buckets below the nodes `range` of `level`.
  package func buckets(below range: Range<Int>, ofLevel level: Int) -> Range<Int> {
    var range = range
    for lower in stride(from: min(level, levels.count) - 1, to: 0, by: -1) {
      range = children(of: range, atLevel: lower)
    }
    return range
  }

  /// The number of entries in some buckets.
  package func entryCount(inBuckets range: Range<Int>) -> Int {
    levels[0].starts[range.upperBound] - levels[0].starts[range.lowerBound]
  }

  /// The first key of a bucket.
  package func firstKey(ofBucket bucket: Int) -> [UInt8] {
    firstKeys[bucket]
  }
}

/// Keys one after the other in one array.
struct KeyList: Sendable {
  private var bytes: [UInt8] = []
  private var starts: [Int] = [0]

  subscript(index: Int) -> [UInt8] {
    Array(bytes[starts[index]..<starts[index + 1]])
  }

  /// How the key at `index` is ordered relative to `key`.
  func order(at index: Int, relativeTo key: Span<UInt8>) -> KeyOrder {
    bytes.span.extracting(starts[index]..<starts[index + 1]).order(relativeTo: key)
  }

  mutating func reserve(like other: KeyList) {
    starts.reserveCapacity(other.starts.count + other.starts.count / 64)
    bytes.reserveCapacity(other.bytes.count + other.bytes.count / 64)
  }

  mutating func append(_ key: [UInt8]) {
    bytes.append(contentsOf: key)
    starts.append(bytes.count)
  }

  mutating func append(_ range: Range<Int>, of other: KeyList) {
    bytes.append(
      contentsOf: other.bytes[other.starts[range.lowerBound]..<other.starts[range.upperBound]])
    starts.append(neighbours: other.starts[range.lowerBound...range.upperBound])
  }
}

extension [Int] {
  /// Goes on with neighbours of another list of starts: where the first of them begins there, and
  /// where each ends.
  fileprivate mutating func append(neighbours: ArraySlice<Int>) {
    let shift = self[count - 1] - neighbours[neighbours.startIndex]
    append(addingCapacity: neighbours.count - 1) { output in
      for end in neighbours.dropFirst() { output.append(end + shift) }
    }
  }
}
