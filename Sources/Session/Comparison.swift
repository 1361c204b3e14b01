internal import Exchange
internal import FileSystem
internal import Hashing
internal import Index
internal import Merkle
internal import Replica
internal import Wire

/// What two replicas hold otherwise, sorted by key.
struct Comparison {
  /// How many requests may be under way.
  private static let windowCount = 8
  /// How many buckets of this end are read at once.
  private static let pageCount = 32

  private let local: LocalReplica
  let tree: Tree
  let ledger: Ledger
  private(set) var mineInBuckets: [Range<Int>]
  private(set) var roundTripCount = 0
  private(set) var comparedNodeCount = 0
  private(set) var openedBucketCount = 0

  /// How many entries of either end were found to differ.
  private var findingCount = 0
  /// What the other end has and this one lacks or has otherwise.
  private(set) var theirs = FoundEntries()
  /// Whether it was broken off because there is more than was wanted.
  private(set) var isBrokenOff = false

  /// Compares the trees of both ends down to the entries that differ, or until more than `limit`
  /// of either end are found.
  init(
    _ encounter: Encounter, _ projection: Projection, limit: Int = .max, progress: (Int) -> Void
  ) throws {
    local = encounter.local
    tree = try local.tree(projection)
    ledger = try Ledger()
    mineInBuckets = []
    let ready = encounter.ready
    let (theirRoot, theirCount) =
      switch projection {
      case .state: (ready.stateRoot, ready.entryCount)
      case .content: (ready.contentRoot ?? .zero, ready.liveCount)
      // The root is not told, and asked for first.
      case .attributes: (Digest.zero, ready.liveCount)
      }
    try take(Initiator<StoredEntries>.initialFindings(tree: tree, theirEntryCount: theirCount))
    let nonce = CompareRequest.Nonce(
      first: LocalReplica.randomNumber(), second: LocalReplica.randomNumber())
    var initiator = try Initiator(
      tree: tree, entries: StoredEntries(replica: local, tree: tree), nonce: nonce,
      theirRoot: theirRoot, theirEntryCount: theirCount)
    while !initiator.isDone {
      while !isBrokenOff, initiator.underWayCount < Self.windowCount,
        let request = initiator.nextRequest()
      {
        try encounter.peer.send(request)
      }
      if initiator.underWayCount == 0 { break }
      let frame = try encounter.peer.receive()
      guard frame.kind == .differences else { throw Malformed.kind }
      try take(try initiator.receive(try Answer.decode(payload: frame.payload)))
      progress(initiator.comparedNodeCount)
      isBrokenOff = isBrokenOff || findingCount > limit
    }
    mineInBuckets.sort { $0.lowerBound < $1.lowerBound }
    roundTripCount = initiator.roundTripCount
    comparedNodeCount = initiator.comparedNodeCount
    openedBucketCount = initiator.openedBucketCount
  }

  private mutating func take(_ findings: [Finding]) throws {
    for finding in findings {
      switch finding {
      case .mineInBuckets(let range):
        mineInBuckets.append(range)
        findingCount += tree.entryCount(inBuckets: range)
      case .mine(let run):
        try ledger.add(mine: run)
        findingCount += run.count
      case .theirs(let run):
        guard run.filtered(by: local.opening.filter).count == run.count,
          (0..<run.count).allSatisfy({ run.withKey(at: $0) { !StateDirectory.covers($0) } })
        else { throw Malformed.key }
        try ledger.add(theirs: run)
        theirs.add(run)
        findingCount += run.count
      }
    }
  }

  /// Calls `body` with every path that may differ, in key order.
  func forEach(_ body: (Difference) throws -> Void) throws {
    var listed = LedgerCursor(ledger)
    for range in mineInBuckets {
      for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.pageCount) {
        try Interruption.check()
        let end = min(start + Self.pageCount, range.upperBound)
        let bucket = try local.bucket(start..<end, of: tree)
        for position in 0..<bucket.count {
          let entry = bucket.run.entry(at: position)
          while let next = try listed.peek(), next.path < entry.path {
            try visit(try listed.take(), body)
          }
          var theirs: Entry?
          if try listed.peek()?.path == entry.path { theirs = try listed.take()?.theirs }
          try body(
            Difference(path: entry.path, mine: (entry, bucket.stamps[position]), theirs: theirs))
        }
      }
    }
    while try listed.peek() != nil { try visit(try listed.take(), body) }
  }

  /// The path `path` at both ends.
  func difference(at path: Path) throws -> Difference {
    Difference(
      path: path, mine: try local.entry(at: path), theirs: try ledger.theirs(at: path))
  }

  /// Whether both ends surely hold the same at a path.
  func isUndisputed(_ path: Path) throws -> Bool {
    for range in mineInBuckets
    where !path.key.span.precedes(tree.firstKey(ofBucket: range.lowerBound).span) {
      guard range.upperBound < tree.bucketCount else { return false }
      if path.key.span.precedes(tree.firstKey(ofBucket: range.upperBound).span) { return false }
    }
    return try !ledger.contains(path)
  }

  /// The paths at which a directory of this end is left out, and the other end has a file or link.
  func hiddenPaths() throws -> [Path] {
    guard !local.opening.filter.isEmpty else { return [] }
    var paths: [Path] = []
    var listed = LedgerCursor(ledger)
    while let difference = try listed.take() {
      try Interruption.check()
      if try isHidden(difference) { paths.append(difference.path) }
    }
    return paths
  }

  private func isHidden(_ difference: Ledger.Difference) throws -> Bool {
    guard let theirs = difference.theirs?.attributes, theirs.isLive, theirs.kind != .directory
    else { return false }
    return try local.hidesDirectory(at: difference.path)
  }

  private func visit(
    _ difference: Ledger.Difference?, _ body: (Difference) throws -> Void
  ) throws {
    guard let difference else { return }
    try Interruption.check()
    let mine = try local.entry(at: difference.path)
    // Nothing is done about a directory that is left out where the other end has, or had, a file.
    if tree.projection == .state {
      if let mine, local.leavesOut(difference.path, mine.entry.attributes) { return }
      if try isHidden(difference) { return }
    }
    try body(
      Difference(
        path: difference.path,
        mine: mine.flatMap { tree.projection.shows($0.entry.attributes) ? $0 : nil },
        theirs: difference.theirs))
  }
}

/// Entries that were found at one end.
struct FoundEntries {
  /// How many there are.
  private(set) var count = 0
  /// How many bytes the files among them have.
  private(set) var byteCount: Int64 = 0
  /// Whether an end that has nothing takes over all of them as they are: none is a tombstone, and none
  /// has been changed by too many replicas.
  private(set) var areTakenOver = true

  mutating func add(_ run: EntryRun) {
    count += run.count
    for slot in run.slots {
      areTakenOver = areTakenOver && slot.attributes.isLive
      guard slot.attributes.kind == .file else { continue }
      byteCount = byteCount.saturatingSum(with: slot.attributes.size)
    }
    areTakenOver =
      areTakenOver
      && run.vectors.allSatisfy { $0.counterCount <= VersionVector.maximumTakenCount }
  }
}

/// One path at both ends.
struct Difference {
  let path: Path
  /// This end's entry with its stamp.
  let mine: (entry: Entry, stamp: Stamp)?
  /// The other end's entry.
  let theirs: Entry?
}
