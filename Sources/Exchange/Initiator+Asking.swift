internal import Merkle
internal import Replica
internal import Wire

extension Initiator {
  /// The most marks in one list.
  static var maximumMarkCount: Int { 4096 }

  /// The most buckets of the other end that are opened at once.
  static var maximumOpenedBucketCount: Int { 32 }

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
      ? .entries(range: .whole, marks: side.marks(of: try open(mine, atLevel: 1)))
      : .nodes(range: .whole, level: level, marks: side.marks(of: mine, atLevel: level))
    pending.append(Task(query: query, mine: mine, level: isSmall ? 1 : level, depth: 0))
  }

  /// Asks for all entries of a range from the ordinal `from` on.
  mutating func fetchAll(_ range: NodeRange, from: Int = 0, depth: Int) {
    pending.append(
      Task(
        query: .fetch(range: range, from: from, ordinals: nil), mine: 0..<0, level: 1,
        depth: depth))
  }

  /// Asks for the entries of a range with these ordinals, if there are any.
  mutating func fetch(_ range: NodeRange, _ ordinals: [Int], depth: Int) {
    guard !ordinals.isEmpty else { return }
    pending.append(
      Task(
        query: .fetch(range: range, from: 0, ordinals: ordinals), mine: 0..<0, level: 1,
        depth: depth))
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
    case .entries(_, let marks): max(1, marks.count / 8)
    case .list: 32
    case .fetch(_, _, nil): Self.budget
    case .fetch(_, _, let ordinals?): max(1, ordinals.count / 4)
    }
  }
}
