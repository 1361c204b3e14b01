package import Hashing
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

  /// The most entries that may yet come: each of the other end's comes once.
  private var remainingEntryCount: Int

  /// The greatest number of messages that had to follow each other.
  package private(set) var roundTripCount = 0
  /// How many nodes were compared.
  package internal(set) var comparedNodeCount = 0
  /// How many buckets were opened.
  package internal(set) var openedBucketCount = 0

  /// A query, what this end has in its place, and how many messages led to it.
  struct Task {
    let query: Query
    let mine: Range<Int>
    let level: Int
    let depth: Int
  }

  /// Prepares to find what differs from a tree with the root `theirRoot` over `theirEntryCount`
  /// entries; nothing does if the roots are equal.
  package init(
    tree: Tree, entries: Entries, nonce: CompareRequest.Nonce, theirRoot: Digest,
    theirEntryCount: Int
  ) throws {
    side = Side(tree: tree, entries: entries, nonce: nonce)
    self.nonce = nonce
    remainingEntryCount = theirEntryCount
    guard tree.root != theirRoot else { return }
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
    while let task = nextTask() {
      guard batch.isEmpty || weight + task.query.weight <= Query.budget else {
        pending.append(task)
        break
      }
      weight += task.query.weight
      batch.append(task)
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
    case (.list(_, let level), .list(let theirs, let listing?)):
      try compare(
        task.mine, atLevel: task.level, theirs, listing, listed: level, depth: task.depth + 1,
        &findings)
    case (.list(let range, let level), .list(_, nil)):
      try ask(
        task.mine, atLevel: task.level, range, to: level, depth: task.depth + 1, &findings)
    case (.entries(let range, let tags), .entries(let mine, let theirs, let run)):
      guard mine.allSatisfy({ $0 < tags.count }), run.count <= theirs.count else {
        throw Malformed.count
      }
      report(mine, of: try side.run(of: task.mine, atLevel: task.level), &findings)
      try take(run, &findings)
      fetch(range, Array(theirs.dropFirst(run.count)), depth: task.depth + 1)
    case (.fetch(let range, let ordinals), .fetched(let run, nil)):
      guard run.count > 0, run.count <= ordinals.count else { throw Malformed.count }
      try take(run, &findings)
      fetch(range, Array(ordinals.dropFirst(run.count)), depth: task.depth + 1)
    case (.fetchAll, .fetched(let run, let rest)):
      try take(run, &findings)
      guard let rest else { return }
      guard run.count > 0, rest.buckets.level == 1 else { throw Malformed.count }
      fetchAll(rest.buckets, from: rest.from, depth: task.depth + 1)
    default: throw Malformed.kind
    }
  }

  /// Reports entries of the other end, which can be no more than it has.
  private mutating func take(_ run: EntryRun, _ findings: inout [Finding]) throws(Malformed) {
    guard run.count <= remainingEntryCount else { throw .count }
    remainingEntryCount -= run.count
    if !run.isEmpty { findings.append(.theirs(run)) }
  }
}
