package import Merkle
internal import Replica
package import Wire

/// The responder's part of a comparison: answers queries about a tree that does not change.
///
/// It keeps nothing from one request to the next, so that no order of requests can confuse it.
package struct Responder<Entries: EntrySource> {
  private let tree: Tree
  private var entries: Entries

  /// How long a payload may be when another list is added to it.
  private static var listBudget: Int { Frame.maximumPayloadByteCount - 65_536 }

  /// Begins with a tree and its entries.
  package init(tree: Tree, entries: Entries) {
    self.tree = tree
    self.entries = entries
  }

  /// How many entries and nodes may have been looked at when another query is answered.
  private static var workBudget: Int { 4 * Listing.maximumOpenedCount }

  /// Answers the first queries of a request, at least one, as many as one frame holds and are
  /// answered without much work. Before each, `check` is called.
  ///
  /// Throws ``Malformed`` if a query names what the tree cannot have, and what reading the entries
  /// and `check` throw.
  package mutating func answer(
    _ request: CompareRequest, check: () throws -> Void = {}
  ) throws -> Frame {
    guard request.projection == tree.projection.rawValue else { throw Malformed.kind }
    var side = Side(tree: tree, entries: entries, nonce: request.nonce)
    var payload: [UInt8] = []
    for query in request.queries {
      guard side.workCount <= Self.workBudget else { break }
      try check()
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
    case .nodes(_, _, let list) where list.isEmpty: throw Malformed.count
    case .entries(_, let list) where list.isEmpty: throw Malformed.count
    case .fetch(_, let list) where list.isEmpty: throw Malformed.count
    case .nodes(let range, let level, let marks):
      return .segments(try segments(range, level, marks, from: &side))
    case .entries(let range, let tags):
      let run = try boundedRun(range, from: &side)
      let unequal = Alignment.unequal(mine: tags, theirs: side.tags(of: run))
      return .entries(
        mine: unequal.mine, theirs: unequal.theirs,
        run: run.selection(unequal.theirs, byteCount: Self.listBudget / 2))
    case .list(let range, let level):
      let nodes = try side.nodes(in: range, atLevel: level)
      return .list(
        theirs: NodeRange(level: max(1, level), nodes: nodes),
        listing: try listing(of: nodes, atLevel: level, byteCount: .max, from: &side))
    case .fetch(let range, let ordinals):
      let run = try boundedRun(range, from: &side)
      guard ordinals.allSatisfy({ $0 < run.count }) else { throw Malformed.count }
      return .fetched(run.selection(ordinals, byteCount: Self.listBudget), rest: nil)
    case .fetchAll(let range, let from):
      return try fetchAll(range, from: from, side: &side)
    }
  }

  private func segments(
    _ range: NodeRange, _ level: Int, _ marks: [Mark], from side: inout Side<Entries>
  ) throws -> [Segment] {
    let nodes = try side.nodes(in: range, atLevel: level)
    let stretches = Alignment.differences(
      mine: marks, theirs: side.marks(of: nodes, atLevel: level))
    var budget = Self.listBudget - Segment.maximumHeaderByteCount * stretches.count
    return try stretches.map { stretch in
      let theirs = NodeRange(level: level, nodes: stretch.theirs.shifted(by: nodes.lowerBound))
      let segment = try segment(of: stretch, theirs, byteCount: budget, from: &side)
      budget -= segment.listing?.byteCount ?? 0
      return segment
    }
  }

  /// What the initiator needs to go on in a stretch: the level below, if it is not too long.
  private func segment(
    of stretch: Stretch, _ theirs: NodeRange, byteCount: Int, from side: inout Side<Entries>
  ) throws -> Segment {
    let level = theirs.level - 1
    let below = level == 0 ? theirs.nodes : try side.nodes(in: theirs, atLevel: level)
    guard !stretch.mine.isEmpty, !below.isEmpty,
      let listing = try listing(of: below, atLevel: level, byteCount: byteCount, from: &side)
    else { return Segment(mine: stretch.mine, theirs: theirs, listing: nil) }
    return Segment(
      mine: stretch.mine, theirs: NodeRange(level: max(1, level), nodes: below), listing: listing)
  }

  /// The list of some nodes, or for level 0 of the entries in some buckets; nil if it has too many
  /// or takes more than `byteCount` bytes.
  private func listing(
    of nodes: Range<Int>, atLevel level: Int, byteCount: Int, from side: inout Side<Entries>
  ) throws -> Listing? {
    let count = level > 0 ? nodes.count : tree.entryCount(inBuckets: nodes)
    guard count <= Listing.maximumCount,
      Listing.byteCount(ofItemCount: count, atLevel: level) <= byteCount
    else { return nil }
    return level > 0
      ? .nodes(side.marks(of: nodes, atLevel: level))
      : .entries(side.tags(of: try side.run(of: nodes, atLevel: 1)))
  }

  /// The entries of a range that was listed, which bounds their number.
  private func boundedRun(
    _ range: NodeRange, from side: inout Side<Entries>
  ) throws -> EntryRun {
    let buckets = try side.nodes(in: range, atLevel: 1)
    guard tree.entryCount(inBuckets: buckets) <= Listing.maximumOpenedCount else {
      throw Malformed.count
    }
    return try side.run(of: buckets, atLevel: 1)
  }

  /// The entries of `range`, but for the first `from` of its first bucket, as many as there is
  /// room for.
  private func fetchAll(
    _ range: NodeRange, from: Int, side: inout Side<Entries>
  ) throws -> Answer {
    let buckets = try side.nodes(in: range, atLevel: 1)
    var fetched = EntryRun()
    for bucket in buckets {
      let run = try side.run(of: bucket..<(bucket + 1), atLevel: 1)
      let start = bucket == buckets.lowerBound ? from : 0
      guard start <= run.count else { throw Malformed.count }
      for index in start..<run.count {
        guard fetched.hasRoom(within: Self.listBudget) else {
          let rest = NodeRange(level: 1, nodes: bucket..<buckets.upperBound)
          return .fetched(fetched, rest: Rest(buckets: rest, from: index))
        }
        fetched.append(entryAt: index, of: run)
      }
    }
    return .fetched(fetched, rest: nil)
  }
}

extension Listing {
  /// About how many bytes the list takes.
  fileprivate var byteCount: Int {
    switch self {
    case .nodes(let marks): Self.byteCount(ofItemCount: marks.count, atLevel: 1)
    case .entries(let tags): Self.byteCount(ofItemCount: tags.count, atLevel: 0)
    }
  }

  /// About how many bytes a list of so many nodes or, for level 0, entries takes.
  fileprivate static func byteCount(ofItemCount count: Int, atLevel level: Int) -> Int {
    count * (level > 0 ? 12 : 8)
  }
}

extension Segment {
  /// The most bytes that a segment takes beside the items of its list.
  fileprivate static var maximumHeaderByteCount: Int { 24 }
}

extension EntryRun {
  /// Whether the run surely stays below `byteCount` bytes with one more entry.
  fileprivate func hasRoom(within byteCount: Int) -> Bool {
    let vectorByteCount = vectors.reduce(0) { $0 + $1.maximumEncodedByteCount }
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
