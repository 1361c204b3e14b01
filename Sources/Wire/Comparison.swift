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

  init(from reader: inout ByteReader) throws(Malformed) {
    level = try reader.readCount(atMost: Self.top)
    let lower = try reader.readCount(atMost: 1 << 40)
    nodes = lower..<(lower + (try reader.readCount(atMost: 1 << 40)))
  }

  func encode(to output: inout [UInt8]) {
    output.append(count: level)
    output.append(count: nodes.lowerBound)
    output.append(count: nodes.count)
  }
}

/// A node or entry in a list: a name for its last key, and a keyed tag of its digest.
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

/// One thing that the initiator asks of the responder's tree.
package enum Query: Equatable, Sendable {
  /// These are my nodes of `level` where you have `range`: say where we differ.
  case nodes(range: NodeRange, level: Int, marks: [Mark])
  /// These are my entries where you have `range`: say where we differ, and send yours.
  case entries(range: NodeRange, marks: [Mark])
  /// List the nodes of `level`, or for 0 the entries, that you have in `range`.
  case list(range: NodeRange, level: Int)
  /// Send the entries of `range` whose ordinals are these; nil for all from `from` on.
  case fetch(range: NodeRange, from: Int, ordinals: [Int]?)
}

/// What the responder answers to a ``Query``.
package enum Answer: Equatable, Sendable {
  /// Where the lists of nodes differ.
  case segments([Segment])
  /// The initiator's marks by index that the responder lacks or has otherwise, its own entries by
  /// ordinal that the initiator lacks or has otherwise, and as many of those as there is room for.
  case entries(mine: [Int], theirs: [Int], run: EntryRun)
  /// The nodes that the responder has there, and their marks or those of their entries; nil if
  /// these are too many.
  case list(theirs: NodeRange, marks: [Mark]?)
  /// The first of the entries asked for, as many as there is room for, and whether that is all.
  case fetched(EntryRun, isLast: Bool)
}

/// Neighbouring marks of the initiator's list that the responder's tree differs from.
package struct Segment: Equatable, Sendable {
  /// Which marks, by index.
  package let mine: Range<Int>
  /// What the responder has there: of the level below, if that is what the marks list.
  package let theirs: NodeRange
  /// The marks of the level below, for buckets of their entries; nil if they are too many.
  package let marks: [Mark]?

  /// Creates a segment.
  package init(mine: Range<Int>, theirs: NodeRange, marks: [Mark]?) {
    self.mine = mine
    self.theirs = theirs
    self.marks = marks
  }
}
