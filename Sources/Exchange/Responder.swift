package import Merkle
internal import Replica
package import Wire

/// The responder's part of a comparison: answers queries about a tree that does not change.
///
/// It keeps nothing from one request to the next, so that no order of requests can confuse it.
package struct Responder<Entries: EntrySource> {
  private let tree: Tree
  private var entries: Entries

  /// The most marks in one list.
  private static var maximumMarkCount: Int { 4096 }

  /// How long a payload may be when another list is added to it.
  private static var listBudget: Int { Frame.maximumPayloadByteCount - 65_536 }

  /// Begins with a tree and its entries.
  package init(tree: Tree, entries: Entries) {
    self.tree = tree
    self.entries = entries
  }

  /// Answers the first queries of a request, at least one, as many as one frame holds.
  ///
  /// Throws ``Malformed`` if a query names what the tree cannot have, and what reading the entries
  /// throws.
  package mutating func answer(_ request: CompareRequest) throws -> Frame {
    guard request.projection == tree.projection.rawValue else { throw Malformed.kind }
    var side = Side(tree: tree, entries: entries, nonce: request.nonce)
    var payload: [UInt8] = []
    for query in request.queries {
      var next: [UInt8] = []
      try answer(query, from: &side).encode(to: &next)
      guard payload.isEmpty || payload.count + next.count <= Self.listBudget else { break }
      payload += next
    }
    entries = side.entries
    return Frame(.differences, payload)
  }

  private func answer(_ query: Query, from side: inout Side<Entries>) throws -> Answer {
    switch query {
    case .nodes(let range, let level, let marks):
      return .segments(try segments(range, level, marks, from: &side))
    case .entries(let range, let marks):
      let run = try boundedRun(range, from: &side)
      let unequal = Alignment.unequal(mine: marks, theirs: side.marks(of: run))
      return .entries(
        mine: unequal.mine, theirs: unequal.theirs,
        run: run.selection(unequal.theirs, byteCount: Self.listBudget / 2))
    case .list(let range, let level):
      let nodes = try side.nodes(in: range, atLevel: level)
      return .list(
        theirs: NodeRange(level: max(1, level), nodes: nodes),
        marks: try marks(of: nodes, atLevel: level, from: &side))
    case .fetch(let range, _, let ordinals?):
      let run = try boundedRun(range, from: &side)
      guard ordinals.allSatisfy({ $0 < run.count }) else { throw Malformed.count }
      let selection = run.selection(ordinals, byteCount: Self.listBudget)
      return .fetched(selection, isLast: selection.count == ordinals.count)
    case .fetch(let range, let from, nil):
      return try fetch(range, from: from, side: &side)
    }
  }

  private func segments(
    _ range: NodeRange, _ level: Int, _ marks: [Mark], from side: inout Side<Entries>
  ) throws -> [Segment] {
    let nodes = try side.nodes(in: range, atLevel: level)
    var budget = Self.listBudget
    var segments: [Segment] = []
    for stretch in Alignment.differences(
      mine: marks, theirs: side.marks(of: nodes, atLevel: level))
    {
      let segment = try segment(
        of: stretch, NodeRange(level: level, nodes: stretch.theirs.shifted(by: nodes.lowerBound)),
        withMarks: budget > 0, from: &side)
      budget -= 24 + 12 * (segment.marks?.count ?? 0)
      segments.append(segment)
    }
    return segments
  }

  /// What the initiator needs to go on in a stretch: the level below, if it is not too long.
  private func segment(
    of stretch: Stretch, _ theirs: NodeRange, withMarks: Bool, from side: inout Side<Entries>
  ) throws -> Segment {
    let level = theirs.level - 1
    let below =
      level == 0 ? theirs.nodes : try side.nodes(in: theirs, atLevel: level)
    guard withMarks, !stretch.mine.isEmpty, !below.isEmpty,
      let marks = try marks(of: below, atLevel: level, from: &side)
    else { return Segment(mine: stretch.mine, theirs: theirs, marks: nil) }
    return Segment(
      mine: stretch.mine, theirs: NodeRange(level: max(1, level), nodes: below), marks: marks)
  }

  /// The marks of some nodes, or for level 0 of the entries in some buckets; nil if too many.
  private func marks(
    of nodes: Range<Int>, atLevel level: Int, from side: inout Side<Entries>
  ) throws -> [Mark]? {
    if level > 0 {
      return nodes.count > Self.maximumMarkCount ? nil : side.marks(of: nodes, atLevel: level)
    }
    guard tree.entryCount(inBuckets: nodes) <= Self.maximumMarkCount else { return nil }
    return side.marks(of: try side.run(of: nodes, atLevel: 1))
  }

  /// The entries of a range that a list of marks was made of, which bounds their number.
  private func boundedRun(
    _ range: NodeRange, from side: inout Side<Entries>
  ) throws -> EntryRun {
    let buckets = try side.nodes(in: range, atLevel: 1)
    guard tree.entryCount(inBuckets: buckets) <= 4 * Self.maximumMarkCount else {
      throw Malformed.count
    }
    return try side.run(of: buckets, atLevel: 1)
  }

  /// The entries of `range` from the ordinal `from` on, as many as there is room for.
  private func fetch(
    _ range: NodeRange, from: Int, side: inout Side<Entries>
  ) throws -> Answer {
    let buckets = try side.nodes(in: range, atLevel: 1)
    var skipped = 0
    var fetched = EntryRun()
    for bucket in buckets {
      let count = tree.entryCount(inBuckets: bucket..<(bucket + 1))
      defer { skipped += count }
      guard skipped + count > from else { continue }
      let run = try side.run(of: bucket..<(bucket + 1), atLevel: 1)
      for index in max(0, from - skipped)..<run.count {
        guard fetched.hasRoom(within: Self.listBudget) else {
          return .fetched(fetched, isLast: false)
        }
        fetched.append(entryAt: index, of: run)
      }
    }
    return .fetched(fetched, isLast: true)
  }
}

extension EntryRun {
  /// Whether the run surely stays below `byteCount` bytes with one more entry.
  fileprivate func hasRoom(within byteCount: Int) -> Bool {
    let vectorByteCount = vectors.reduce(0) { $0 + 19 * $1.counters.count }
    return keyByteCount + 64 * count + vectorByteCount < byteCount - 65_536 || isEmpty
  }

  /// The first of the entries with these indices, as many as fit in about `byteCount` bytes, at
  /// least one.
  fileprivate func selection(_ indices: [Int], byteCount: Int) -> EntryRun {
    var selection = EntryRun()
    for index in indices {
      guard selection.hasRoom(within: byteCount) else { break }
      selection.append(entryAt: index, of: self)
    }
    return selection
  }
}
