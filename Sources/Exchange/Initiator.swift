package import Merkle
package import Replica
package import Wire

/// What a comparison found, a piece at a time and in no order of keys.
package enum Finding: Equatable, Sendable {
  /// Neighbouring buckets of this end, all of whose entries the other end lacks, or has and sends.
  case mineInBuckets(Range<Int>)
  /// Entries of this end that the other lacks, or has otherwise and sends.
  case mine(EntryRun)
  /// Entries of the other end that this end lacks, or has otherwise.
  case theirs(EntryRun)
}

/// The initiator's part of a comparison: gives out requests and takes the answers, until what
/// differs is known.
///
/// Up to a window of requests may be under way. Answers come in the order of the requests.
package struct Initiator<Entries: EntrySource> {
  var side: Side<Entries>
  private let nonce: CompareRequest.Nonce
  /// What is still to be asked, the next at the end.
  var pending: [Task] = []
  /// What has been asked, one list a request, the oldest first.
  private var underWay: [[Task]] = []

  /// The greatest number of messages that had to follow each other.
  package private(set) var roundTripCount = 0
  /// How many nodes were compared.
  package private(set) var comparedNodeCount = 0
  /// How many buckets were opened.
  package internal(set) var openedBucketCount = 0

  /// A query, what this end has in its place, and how many messages led to it.
  struct Task {
    let query: Query
    let mine: Range<Int>
    let level: Int
    let depth: Int
  }

  /// Prepares to find what differs from a replica with `theirEntryCount` entries.
  package init(
    tree: Tree, entries: Entries, nonce: CompareRequest.Nonce, theirEntryCount: Int
  ) throws {
    side = Side(tree: tree, entries: entries, nonce: nonce)
    self.nonce = nonce
    if tree.entryCount == 0 {
      if theirEntryCount > 0 { fetchAll(.whole, depth: 0) }
    } else if theirEntryCount > 0 {
      try begin(theirEntryCount: theirEntryCount)
    }
  }

  /// What is different for certain before anything is asked: all, if the other end has nothing.
  package static func initialFindings(tree: Tree, theirEntryCount: Int) -> [Finding] {
    theirEntryCount == 0 && tree.entryCount > 0 ? [.mineInBuckets(0..<tree.bucketCount)] : []
  }

  /// Whether all is known.
  package var isDone: Bool { pending.isEmpty && underWay.isEmpty }

  /// The number of requests that wait for their answer.
  package var underWayCount: Int { underWay.count }

  /// The next request, or nil if all has been asked for now.
  package mutating func nextRequest() -> Frame? {
    var batch: [Task] = []
    var weight = 0
    while let task = pending.last, batch.isEmpty || weight + task.query.weight <= Query.budget {
      weight += task.query.weight
      batch.append(task)
      pending.removeLast()
    }
    guard !batch.isEmpty else { return nil }
    underWay.append(batch)
    roundTripCount = max(roundTripCount, batch.map(\.depth).max().map { $0 + 1 } ?? 0)
    return CompareRequest(
      projection: side.tree.projection.rawValue, nonce: nonce, queries: batch.map(\.query)
    ).frame
  }

  /// Takes the answers to the oldest request under way and returns what they show to differ.
  ///
  /// Throws ``Malformed`` if they are no answers to it, and what reading the entries throws.
  package mutating func receive(_ answers: [Answer]) throws -> [Finding] {
    guard !underWay.isEmpty else { throw Malformed.count }
    let batch = underWay.removeFirst()
    guard (1...batch.count).contains(answers.count) else { throw Malformed.count }
    pending.append(contentsOf: batch[answers.count...].reversed())
    var findings: [Finding] = []
    for (task, answer) in zip(batch, answers) {
      try take(answer, to: task, &findings)
    }
    return findings
  }

  private mutating func take(
    _ answer: Answer, to task: Task, _ findings: inout [Finding]
  ) throws {
    switch (task.query, answer) {
    case (.nodes, .segments(let segments)):
      try take(segments, to: task, &findings)
    case (.list(_, let level), .list(let theirs, let marks?)):
      try compare(
        task.mine, atLevel: task.level, theirs, marks, listed: level, depth: task.depth + 1,
        &findings)
    case (.list(let range, let level), .list(_, nil)):
      try ask(
        task.mine, atLevel: task.level, range, to: level, depth: task.depth + 1, &findings)
    case (.entries(let range, let marks), .entries(let mine, let theirs, let run)):
      guard mine.allSatisfy({ $0 < marks.count }), run.count <= theirs.count else {
        throw Malformed.count
      }
      let own = try side.run(of: task.mine, atLevel: task.level)
      report(mine, of: own, &findings)
      if !run.isEmpty { findings.append(.theirs(run)) }
      fetch(range, Array(theirs.dropFirst(run.count)), depth: task.depth + 1)
    case (.fetch(let range, _, let ordinals?), .fetched(let run, _)):
      guard run.count > 0, run.count <= ordinals.count else { throw Malformed.count }
      findings.append(.theirs(run))
      fetch(range, Array(ordinals.dropFirst(run.count)), depth: task.depth + 1)
    case (.fetch(let range, let from, nil), .fetched(let run, let isLast)):
      guard isLast || run.count > 0 else { throw Malformed.count }
      if !run.isEmpty { findings.append(.theirs(run)) }
      if !isLast { fetchAll(range, from: from + run.count, depth: task.depth + 1) }
    default: throw Malformed.kind
    }
  }

  /// Goes into the segments that an answer names, one level down.
  private mutating func take(
    _ segments: [Segment], to task: Task, _ findings: inout [Finding]
  ) throws {
    guard case .nodes(_, let level, let marks) = task.query else { throw Malformed.kind }
    comparedNodeCount += marks.count
    var next = 0
    for segment in segments {
      guard segment.mine.lowerBound >= next, segment.mine.upperBound <= marks.count else {
        throw Malformed.count
      }
      next = segment.mine.upperBound
      let mine = segment.mine.shifted(by: task.mine.lowerBound)
      if let theirMarks = segment.marks {
        try compare(
          mine, atLevel: level, segment.theirs, theirMarks, listed: level - 1,
          depth: task.depth + 1, &findings)
      } else {
        try settle(mine, atLevel: level, segment.theirs, depth: task.depth + 1, &findings)
      }
    }
  }

  /// Compares what this end has below the nodes `mine` of `level` with the marks of the level
  /// `listed`, which belong to the nodes `theirs` or, for level 0, to their entries.
  private mutating func compare(
    _ mine: Range<Int>, atLevel level: Int, _ theirs: NodeRange, _ marks: [Mark],
    listed: Int, depth: Int, _ findings: inout [Finding]
  ) throws {
    comparedNodeCount += marks.count
    guard listed > 0 else {
      let own = try open(mine, atLevel: level)
      let unequal = Alignment.unequal(mine: side.marks(of: own), theirs: marks)
      report(unequal.mine, of: own, &findings)
      fetch(theirs, unequal.theirs, depth: depth)
      return
    }
    guard theirs.level == listed, theirs.nodes.count == marks.count else { throw Malformed.count }
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
    if count(of: mine, atLevel: level, listed: level - 1) > 128 * theirs.nodes.count + 64 {
      pending.append(
        Task(query: .list(range: theirs, level: level - 1), mine: mine, level: level, depth: depth))
    } else {
      try ask(mine, atLevel: level, theirs, to: level - 1, depth: depth, &findings)
    }
  }

  /// Sends the marks of what is below the nodes `mine` of `level`, down to the level `listed`; or
  /// asks for all that the other end has there, if this end has nothing or too much to list.
  private mutating func ask(
    _ mine: Range<Int>, atLevel level: Int, _ theirs: NodeRange, to listed: Int, depth: Int,
    _ findings: inout [Finding]
  ) throws {
    let count = count(of: mine, atLevel: level, listed: listed)
    let isBounded = listed > 0 || theirs.nodes.count <= Self.maximumOpenedBucketCount
    guard count > 0, count <= Self.maximumMarkCount, isBounded else {
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
      query = .entries(range: theirs, marks: side.marks(of: try open(mine, atLevel: level)))
    } else {
      nodes = try side.nodes(in: NodeRange(level: level, nodes: mine), atLevel: listed)
      query = .nodes(
        range: theirs, level: listed, marks: side.marks(of: nodes, atLevel: listed))
    }
    pending.append(Task(query: query, mine: nodes, level: max(listed, 1), depth: depth))
  }
}
