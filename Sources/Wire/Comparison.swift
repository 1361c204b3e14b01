package import Replica

/// A part of the responder's tree: some neighbouring nodes of one level. Above the tree's height
/// every level has one node, which holds all.
package struct NodeRange: Hashable, Sendable {
  /// The level that is above every tree.
  package static let top = 64

  /// All of a tree.
  package static let whole = NodeRange(level: top, nodes: 0..<1)

  /// The level, buckets being 1.
  package let level: Int
  /// The nodes.
  package let nodes: Range<Int>

  /// Creates a range.
  package init(level: Int, nodes: Range<Int>) {
    self.level = level
    self.nodes = nodes
  }
}

/// A node in a list: a name for its last key, and a keyed tag of its digest.
package struct Mark: Hashable, Sendable, BitwiseCopyable {
  /// The number of bytes that a mark takes.
  static let byteCount = 12

  /// The boundary tag of the last key.
  package let name: UInt32
  /// The digest under the nonce of the comparison.
  package let tag: UInt64

  /// Creates a mark.
  package init(name: UInt32, tag: UInt64) {
    self.name = name
    self.tag = tag
  }
}

/// What a part of a tree holds, in key order.
package enum Listing: Equatable, Sendable {
  /// The most nodes or entries in one list.
  package static let maximumCount = 4096

  /// The most entries of a range that may be compared one by one.
  package static let maximumOpenedCount = 4 * maximumCount

  /// Nodes.
  case nodes([Mark])
  /// Entries: a keyed tag of each. It covers the key, so that no name is needed to find its like.
  case entries([UInt64])

  /// The number of nodes or entries.
  package var count: Int {
    switch self {
    case .nodes(let marks): marks.count
    case .entries(let tags): tags.count
    }
  }
}

/// One thing that the initiator asks of the responder's tree.
package enum Query: Equatable, Sendable {
  /// These are my nodes of `level` where you have `range`: say where we differ.
  case nodes(range: NodeRange, level: Int, marks: [Mark])
  /// These are my entries where you have `range`: say where we differ, and send yours.
  case entries(range: NodeRange, tags: [UInt64])
  /// List the nodes of `level`, or for 0 the entries, that you have in `range`.
  case list(range: NodeRange, level: Int)
  /// Send the entries of `range`, but for the first `from` of its first bucket.
  case fetchAll(range: NodeRange, from: Int)
  /// Send the entries of `range` with these ordinals.
  case fetch(range: NodeRange, ordinals: [Int])
}

/// What the responder answers to a ``Query``.
package enum Answer: Equatable, Sendable {
  /// Where the lists of nodes differ.
  case segments([Segment])
  /// The initiator's entries by index that the responder lacks or has otherwise, its own by
  /// ordinal that the initiator lacks or has otherwise, and as many of those as there is room for.
  case entries(mine: [Int], theirs: [Int], run: EntryRun)
  /// The nodes that the responder has there, and a list of them or of their entries; nil if that
  /// is too long.
  case list(theirs: NodeRange, listing: Listing?)
  /// The first of the entries asked for, as many as there is room for, and where the others of
  /// ``Query/fetchAll(range:from:)`` are.
  case fetched(EntryRun, rest: Rest?)
}

/// What is left to be fetched: the entries of some buckets, but for the first of them.
package struct Rest: Equatable, Sendable {
  /// The buckets.
  package let buckets: NodeRange
  /// How many entries of the first have been sent.
  package let from: Int

  /// Creates a rest.
  package init(buckets: NodeRange, from: Int) {
    self.buckets = buckets
    self.from = from
  }
}

/// Neighbouring marks of the initiator's list that the responder's tree differs from.
package struct Segment: Equatable, Sendable {
  /// Which marks, by index.
  package let mine: Range<Int>
  /// What the responder has there: of the level below, if that is what is listed.
  package let theirs: NodeRange
  /// The level below, for buckets their entries; nil if that is too long, or if nothing is there.
  package let listing: Listing?

  /// Creates a segment.
  package init(mine: Range<Int>, theirs: NodeRange, listing: Listing?) {
    self.mine = mine
    self.theirs = theirs
    self.listing = listing
  }
}
