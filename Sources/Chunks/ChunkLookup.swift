/// Finds the nodes of a chunk tree by their fingerprints.
package struct ChunkLookup: Sendable {
  /// The tree.
  package let tree: ChunkTree
  /// For each level, its nodes in the order of their fingerprints.
  private let orders: [[UInt32]]

  /// Prepares to look for nodes of `tree`.
  package init(_ tree: ChunkTree) {
    self.tree = tree
    orders = (0...tree.top).map { level in
      (0..<UInt32(tree.count(atLevel: level))).sorted {
        tree.fingerprint(of: Int($0), atLevel: level)
          < tree.fingerprint(of: Int($1), atLevel: level)
      }
    }
  }

  /// The bytes of a node of `level` with a fingerprint and a length: the one at `offset`, if that is
  /// such a one; nil if there is none.
  package func bytes(
    of fingerprint: UInt64, atLevel level: Int, byteCount: Int64, near offset: Int64
  ) -> Range<Int64>? {
    guard level <= tree.top else { return nil }
    if let node = tree.node(beginningAt: offset, atLevel: level),
      tree.fingerprint(of: node, atLevel: level) == fingerprint
    {
      let bytes = tree.bytes(of: node, atLevel: level)
      if bytes.count == byteCount { return bytes }
    }
    let order = orders[level]
    let place = order.partitioningIndex {
      tree.fingerprint(of: Int($0), atLevel: level) >= fingerprint
    }
    guard place < order.count,
      tree.fingerprint(of: Int(order[place]), atLevel: level) == fingerprint
    else { return nil }
    let bytes = tree.bytes(of: Int(order[place]), atLevel: level)
    return bytes.count == byteCount ? bytes : nil
  }
}
