internal import Merkle
package import Replica
internal import Hashing
internal import Wire

/// Where the entries of a tree's buckets are kept.
package protocol EntrySource {
  /// The entries that the tree shows in some of its buckets, in key order.
  mutating func entries(inBuckets buckets: Range<Int>) throws -> EntryRun
}

/// A tree and its entries, as one end of a comparison sees them.
struct Side<Entries: EntrySource> {
  let tree: Tree
  var entries: Entries
  private let siphash: SipHash
  private var scratch: [UInt8] = []
  /// How many entries have been read, and nodes marked.
  private(set) var workCount = 0

  init(tree: Tree, entries: Entries, nonce: CompareRequest.Nonce) {
    self.tree = tree
    self.entries = entries
    siphash = SipHash(key0: nonce.first, key1: nonce.second)
  }

  /// The marks of the nodes `range` of `level`.
  mutating func marks(of range: Range<Int>, atLevel level: Int) -> [Mark] {
    workCount += range.count
    return range.map { node in
      Mark(
        name: tree.boundary(of: node, atLevel: level).tag,
        tag: siphash.hash(tree.digest(of: node, atLevel: level)))
    }
  }

  /// The tags of the entries of `run`.
  mutating func tags(of run: EntryRun) -> [UInt64] {
    run.slots.indices.map { index in
      scratch.removeAll(keepingCapacity: true)
      tree.projection.encode(entryAt: index, of: run, to: &scratch)
      return siphash.hash(scratch.span.bytes)
    }
  }

  /// The nodes of `level` that lie in `range`, which is of that level or one above.
  func nodes(in range: NodeRange, atLevel level: Int) throws(Malformed) -> Range<Int> {
    if range.level == NodeRange.top { return tree.nodes(atLevel: max(1, level)) }
    guard range.level > 0, range.level >= level,
      range.nodes.upperBound <= tree.nodes(atLevel: range.level).count
    else { throw .count }
    var nodes = range.nodes
    for lower in stride(from: range.level - 1, through: max(1, level), by: -1) {
      nodes = tree.children(of: nodes, atLevel: lower)
    }
    return nodes
  }

  /// The entries in the nodes `range` of `level`.
  mutating func run(of range: Range<Int>, atLevel level: Int) throws -> EntryRun {
    let run = try entries.entries(inBuckets: tree.buckets(below: range, ofLevel: level))
    workCount += run.count
    return run
  }

  /// How many entries the nodes `range` of `level` hold.
  func entryCount(of range: Range<Int>, atLevel level: Int) -> Int {
    tree.entryCount(inBuckets: tree.buckets(below: range, ofLevel: level))
  }
}
