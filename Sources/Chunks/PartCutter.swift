internal import Merkle

/// Tells where the parts of a content end: with the nodes of a level of its chunk tree, so that those of
/// a part are nodes of the whole, too.
package struct PartCutter: Sendable {
  private var cutters = (1...ChunkTree.partLevel).map { RunCutter(level: $0) }

  /// Begins a content.
  package init() {}

  /// Counts the next chunk; returns whether a part ends with it.
  package mutating func endsPart(after fingerprint: UInt64) -> Bool {
    let boundary = Boundary(rawValue: fingerprint)
    // A node ends only where its last child does.
    for index in cutters.indices {
      guard cutters[index].endsRun(after: boundary) else { return false }
    }
    return true
  }
}
