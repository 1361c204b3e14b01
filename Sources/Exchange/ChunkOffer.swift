package import Chunks
package import Replica
package import Wire

/// The source's end of a comparison of chunk trees: lists the nodes of contents that are on offer,
/// from the top down and only below those that the destination has nowhere.
package struct ChunkOffer: Sendable {
  /// The most nodes of a content that are listed at first.
  private static let firstCount = 128
  /// How many listings may be unanswered.
  private static let windowCount = 4

  /// Neighbouring nodes of a tree.
  private struct Siblings: Sendable {
    let content: Int
    let level: Int
    let nodes: Range<Int>
  }

  private let trees: [ChunkTree]
  private var unlisted: [Siblings] = []
  private var nextUnlisted = 0
  private var unanswered: [[Siblings]] = []
  /// For each content, the chunks that are missing, in order.
  private var missing: [[Range<Int64>]]

  /// The level whose nodes are listed first of a content.
  package static func firstLevel(of tree: ChunkTree) -> Int {
    (0...tree.top).first { tree.count(atLevel: $0) <= firstCount } ?? tree.top
  }

  /// Offers contents of at least one byte.
  package init(_ trees: [ChunkTree]) {
    self.trees = trees
    missing = trees.map { _ in [] }
    for (content, tree) in trees.enumerated() {
      let level = Self.firstLevel(of: tree)
      unlisted.append(
        Siblings(content: content, level: level, nodes: 0..<tree.count(atLevel: level)))
    }
  }

  /// Whether answers are to come.
  package var isOpen: Bool { !unanswered.isEmpty || nextUnlisted < unlisted.count }

  /// The next listing to be sent; nil if an answer must come before.
  package mutating func nextListing() -> ChunkListing? {
    guard unanswered.count < Self.windowCount, nextUnlisted < unlisted.count else { return nil }
    var listing = ChunkListing()
    var listed: [Siblings] = []
    while nextUnlisted < unlisted.count {
      let siblings = unlisted[nextUnlisted]
      guard listing.nodes.count + siblings.nodes.count <= ChunkListing.maximumCount else { break }
      let tree = trees[siblings.content]
      listing.append(
        siblings.nodes.lazy.map { node in
          ChunkListing.Node(
            fingerprint: tree.fingerprint(of: node, atLevel: siblings.level),
            byteCount: Int64(tree.bytes(of: node, atLevel: siblings.level).count))
        })
      listed.append(siblings)
      nextUnlisted += 1
    }
    if nextUnlisted == unlisted.count {
      unlisted = []
      nextUnlisted = 0
    }
    unanswered.append(listed)
    return listing
  }

  /// Takes the answer to the oldest listing that has none.
  package mutating func take(_ answer: MissingChunks) throws(Malformed) {
    guard !unanswered.isEmpty else { throw .order }
    let listed = unanswered.removeFirst()
    guard answer.flags.count == listed.reduce(0, { $0 + $1.nodes.count }) else { throw .count }
    var position = 0
    for siblings in listed {
      for node in siblings.nodes {
        defer { position += 1 }
        guard answer.flags[position] else { continue }
        let tree = trees[siblings.content]
        if siblings.level > 0 {
          unlisted.append(
            Siblings(
              content: siblings.content, level: siblings.level - 1,
              nodes: tree.children(of: node, atLevel: siblings.level)))
        } else {
          missing[siblings.content].append(tree.bytes(of: node, atLevel: 0))
        }
      }
    }
  }

  /// The ranges of a content that the destination lacks, in the parts in which it will ask for
  /// them.
  package func gaps(of content: Int) -> [Range<Int64>] {
    var joined: [Range<Int64>] = []
    for chunk in missing[content] {
      if let last = joined.last, last.upperBound == chunk.lowerBound {
        joined[joined.count - 1] = last.lowerBound..<chunk.upperBound
      } else {
        joined.append(chunk)
      }
    }
    return joined.flatMap(Recipe.gaps(cutting:))
  }
}
