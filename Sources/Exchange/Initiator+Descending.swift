internal import Merkle
internal import Replica
internal import Wire

extension Initiator {
  /// Goes into the segments that an answer names, one level down.
  mutating func take(
    _ segments: [Segment], to task: Task, _ findings: inout [Finding]
  ) throws {
    guard case .nodes(_, let level, let marks) = task.query else { throw Malformed.kind }
    comparedNodeCount += marks.count
    var next = 0
    for segment in segments {
      guard segment.mine.lowerBound >= next, !segment.mine.isEmpty,
        segment.mine.upperBound <= marks.count
      else { throw Malformed.count }
      next = segment.mine.upperBound
      let mine = segment.mine.shifted(by: task.mine.lowerBound)
      if let listing = segment.listing {
        try compare(
          mine, atLevel: level, segment.theirs, listing, listed: level - 1,
          depth: task.depth + 1, &findings)
      } else {
        try settle(mine, atLevel: level, segment.theirs, depth: task.depth + 1, &findings)
      }
    }
  }

  /// Compares what this end has below the nodes `mine` of `level` with a list of the level
  /// `listed`: of the nodes `theirs` or, for level 0, of the entries in them.
  mutating func compare(
    _ mine: Range<Int>, atLevel level: Int, _ theirs: NodeRange, _ listing: Listing,
    listed: Int, depth: Int, _ findings: inout [Finding]
  ) throws {
    comparedNodeCount += listing.count
    switch listing {
    case .entries(let tags):
      guard listed == 0 else { throw Malformed.kind }
      guard side.entryCount(of: mine, atLevel: level) <= Listing.maximumOpenedCount else {
        findings.append(.mineInBuckets(side.tree.buckets(below: mine, ofLevel: level)))
        fetch(theirs, Array(tags.indices), depth: depth)
        return
      }
      let own = try open(mine, atLevel: level)
      let unequal = Alignment.unequal(mine: side.tags(of: own), theirs: tags)
      report(unequal.mine, of: own, &findings)
      fetch(theirs, unequal.theirs, depth: depth)
    case .nodes(let marks):
      guard listed > 0, theirs.level == listed, theirs.nodes.count == marks.count else {
        throw Malformed.count
      }
      try compare(mine, atLevel: level, theirs, marks, depth: depth, &findings)
    }
  }

  /// Compares what this end has below the nodes `mine` of `level` with the nodes `theirs`.
  private mutating func compare(
    _ mine: Range<Int>, atLevel level: Int, _ theirs: NodeRange, _ marks: [Mark], depth: Int,
    _ findings: inout [Finding]
  ) throws {
    let listed = theirs.level
    let nodes = try side.nodes(
      in: NodeRange(level: level, nodes: mine), atLevel: listed)
    for stretch in Alignment.differences(
      mine: side.marks(of: nodes, atLevel: listed), theirs: marks)
    {
      try settle(
        stretch.mine.shifted(by: nodes.lowerBound), atLevel: listed,
        NodeRange(
          level: listed, nodes: stretch.theirs.shifted(by: theirs.nodes.lowerBound)),
        depth: depth, &findings)
    }
  }

  /// Decides how to go on where the nodes `mine` of `level` differ from `theirs` of the same.
  private mutating func settle(
    _ mine: Range<Int>, atLevel level: Int, _ theirs: NodeRange, depth: Int,
    _ findings: inout [Finding]
  ) throws {
    if theirs.nodes.isEmpty {
      guard !mine.isEmpty else { return }
      findings.append(.mineInBuckets(side.tree.buckets(below: mine, ofLevel: level)))
      return
    }
    // A list of theirs costs less than one of mine where mine are many times as many.
    let count = count(of: mine, atLevel: level, listed: level - 1)
    let isBounded = level > 1 || count <= Listing.maximumOpenedCount
    if isBounded, count > 128 * theirs.nodes.count + 64 {
      pending.append(
        Task(query: .list(range: theirs, level: level - 1), mine: mine, level: level, depth: depth))
    } else {
      try ask(mine, atLevel: level, theirs, to: level - 1, depth: depth, &findings)
    }
  }
}
