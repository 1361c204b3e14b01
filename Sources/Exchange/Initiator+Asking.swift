internal import Merkle
internal import Replica
internal import Wire

extension Initiator {
  /// The most buckets of the other end that are opened at once.
  static var maximumOpenedBucketCount: Int { 32 }

  /// How many buckets are fetched by one query, about 256 entries.
  private static var fetchedBucketCount: Int { 8 }

  /// The most entries of a tree that is compared entry by entry from the start.
  private static var smallEntryCount: Int { 256 }

  /// The fewest nodes to begin with, so that the levels near the root, which almost surely
  /// differ, cost no messages of their own.
  private static var openingNodeCount: Int { 8 }

  /// Asks the first question, about the whole tree.
  mutating func begin(theirEntryCount: Int) throws {
    let tree = side.tree
    var level = max(1, tree.height)
    while level > 1, tree.nodes(atLevel: level).count < Self.openingNodeCount { level -= 1 }
    let isSmall = max(tree.entryCount, theirEntryCount) <= Self.smallEntryCount
    let mine = tree.nodes(atLevel: isSmall ? 1 : level)
    let query: Query =
      isSmall
      ? .entries(range: .whole, tags: side.tags(of: try open(mine, atLevel: 1)))
      : .nodes(range: .whole, level: level, marks: side.marks(of: mine, atLevel: level))
    pending.append(Task(query: query, mine: mine, level: isSmall ? 1 : level, depth: 0))
  }

  /// Asks for all entries of a range, but for the first `from` of its first bucket.
  mutating func fetchAll(_ range: NodeRange, from: Int = 0, depth: Int) {
    pending.append(
      Task(query: .fetchAll(range: range, from: from), mine: 0..<0, level: 1, depth: depth))
  }

  /// Asks for the entries of a range with these ordinals, if there are any.
  mutating func fetch(_ range: NodeRange, _ ordinals: [Int], depth: Int) {
    guard !ordinals.isEmpty else { return }
    pending.append(
      Task(query: .fetch(range: range, ordinals: ordinals), mine: 0..<0, level: 1, depth: depth))
  }

  /// Sends the marks of what is below the nodes `mine` of `level`, down to the level `listed`; or
  /// asks for all that the other end has there, if this end has nothing or too much to list.
  mutating func ask(
    _ mine: Range<Int>, atLevel level: Int, _ theirs: NodeRange, to listed: Int, depth: Int,
    _ findings: inout [Finding]
  ) throws {
    let count = count(of: mine, atLevel: level, listed: listed)
    let isBounded = listed > 0 || theirs.nodes.count <= Self.maximumOpenedBucketCount
    guard count > 0, count <= Listing.maximumCount, isBounded else {
      if count > 0 {
        findings.append(.mineInBuckets(side.tree.buckets(below: mine, ofLevel: level)))
      }
      fetchAll(theirs, depth: depth)
      return
    }
    let query: Query
    let nodes: Range<Int>
    if listed == 0 {
      nodes = mine
      query = .entries(range: theirs, tags: side.tags(of: try open(mine, atLevel: level)))
    } else {
      nodes = try side.nodes(in: NodeRange(level: level, nodes: mine), atLevel: listed)
      query = .nodes(
        range: theirs, level: listed, marks: side.marks(of: nodes, atLevel: listed))
    }
    pending.append(Task(query: query, mine: nodes, level: max(listed, 1), depth: depth))
  }

  /// Takes the next task; of many buckets to be fetched only the first, so that an answer holds
  /// what is asked for at once and the next need not wait for it.
  mutating func nextTask() -> Task? {
    guard let task = pending.popLast() else { return nil }
    guard case .fetchAll(let range, let from) = task.query, range.level == 1,
      range.nodes.count > Self.fetchedBucketCount
    else { return task }
    let cut = range.nodes.lowerBound + Self.fetchedBucketCount
    fetchAll(NodeRange(level: 1, nodes: cut..<range.nodes.upperBound), depth: task.depth)
    let first = NodeRange(level: 1, nodes: range.nodes.lowerBound..<cut)
    return Task(
      query: .fetchAll(range: first, from: from), mine: 0..<0, level: 1, depth: task.depth)
  }

  /// Reads the entries of this end's nodes `range` of `level`.
  mutating func open(_ range: Range<Int>, atLevel level: Int) throws -> EntryRun {
    openedBucketCount += side.tree.buckets(below: range, ofLevel: level).count
    return try side.run(of: range, atLevel: level)
  }

  /// How many marks a list of what is below the nodes `range` of `level` has.
  func count(of range: Range<Int>, atLevel level: Int, listed: Int) -> Int {
    guard listed > 0 else { return side.entryCount(of: range, atLevel: level) }
    var nodes = range
    for lower in stride(from: level - 1, through: listed, by: -1) {
      nodes = side.tree.children(of: nodes, atLevel: lower)
    }
    return nodes.count
  }
}

/// Reports the entries of `run` with these indices as found at this end.
func report(_ indices: [Int], of run: EntryRun, _ findings: inout [Finding]) {
  guard !indices.isEmpty else { return }
  var selection = EntryRun()
  for index in indices { selection.append(entryAt: index, of: run) }
  findings.append(.mine(selection))
}

extension Query {
  /// The weight of the queries that one request may have, so that the answers fit a frame.
  static var budget: Int { 512 }

  /// About how much the answer may take, in nodes whose children are listed.
  var weight: Int {
    switch self {
    case .nodes(_, _, let marks): max(1, marks.count)
    case .entries(_, let tags): max(1, tags.count / 8)
    case .list: 32
    case .fetchAll(let range, _):
      range.level == 1 ? min(Self.budget, 16 * range.nodes.count) : Self.budget
    case .fetch(_, let ordinals): max(1, ordinals.count / 4)
    }
  }
}
