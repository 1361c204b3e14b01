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
  /// The level whose nodes are listed first of the first content.
  package let level: Int
  /// Where the contents begin in what they are of, in bytes.
  private let start: Int64
  private var unlisted: [Siblings] = []
  private var nextUnlisted = 0
  private var unanswered: [[Siblings]] = []
  /// For each content, the chunks that are missing, in order.
  private var missing: [[Range<Int64>]]

  /// The level whose nodes are listed first of a content: not one below `lowest`, unless that is the top.
  package static func firstLevel(of tree: ChunkTree, lowest: Int = 0) -> Int {
    (min(lowest, tree.top)...tree.top).first { tree.count(atLevel: $0) <= firstCount } ?? tree.top
  }

  /// Offers contents of at least one byte.
  package init(_ trees: [ChunkTree]) {
    self.init(trees, lowest: 0, from: 0)
  }

  /// Offers a part of a content, which begins `start` bytes into it.
  package init(part: ChunkTree, from start: Int64) {
    self.init([part], lowest: ChunkTree.partLevel, from: start)
  }

  private init(_ trees: [ChunkTree], lowest: Int, from start: Int64) {
    self.trees = trees
    self.start = start
    level = trees.first.map { Self.firstLevel(of: $0, lowest: lowest) } ?? 0
    missing = trees.map { _ in [] }
    for (content, tree) in trees.enumerated() {
      let level = Self.firstLevel(of: tree, lowest: lowest)
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
          let bytes = tree.bytes(of: node, atLevel: 0)
          missing[siblings.content].append(bytes.lowerBound + start..<bytes.upperBound + start)
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
