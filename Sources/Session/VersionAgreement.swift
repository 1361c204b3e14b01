internal import Index
internal import Reconcile
internal import Replica
internal import Wire

/// Gives entries that both ends hold alike the versions that both agree on, as the other end tells
/// which it has; nothing is durable before all is told.
struct VersionAgreement {
  private let replica: LocalReplica
  private var disputed: DisputedPaths?
  private var rows: RowCursor
  /// The row that has been settled as far as the other end has told of it.
  private var row: BucketRow?
  private var settled = Bucket()
  private var isChanged = false
  /// What was told last.
  private var told: VersionRun?
  /// What two vectors came to last.
  private var last: (mine: VersionVector, theirs: VersionVector, agreed: VersionVector)?

  init(of replica: LocalReplica, except disputed: consuming DisputedPaths? = nil) {
    self.replica = replica
    self.disputed = disputed
    rows = RowCursor(replica.index)
  }

  /// Takes what the other end tells next.
  mutating func take(_ message: VersionRuns) throws {
    for run in message.runs {
      guard told.map({ $0.start < run.start }) ?? true else { throw Malformed.order }
      try settle(before: run.start)
      told = run
    }
    guard message.isLast else { return }
    try settle(before: nil)
    try replica.commit()
  }

  /// Settles the entries before a path, or all that are left.
  private mutating func settle(before end: Path?) throws {
    while let current = try row ?? rows.next() {
      row = current
      let run = current.bucket.run
      while settled.count < run.count {
        if let end, !run.withKey(at: settled.count, { $0.precedes(end.key.span) }) { return }
        try settleNext(of: current.bucket)
      }
      if isChanged { try replica.replace(current, by: settled) }
      row = nil
      settled.removeAll()
      isChanged = false
      try Interruption.check()
    }
  }

  private mutating func settleNext(of bucket: Bucket) throws {
    let position = settled.count
    let run = bucket.run
    let attributes = run.attributes(at: position)
    let former = run.vector(at: position)
    var vector = former
    if attributes.isLive, attributes.isHashed {
      let isDisputed = try disputed?.reach(run.path(at: position)).isDisputed ?? false
      if let theirs = told?.vector, !isDisputed {
        vector = try agreed(on: position, of: run, with: theirs)
      }
    }
    isChanged = isChanged || vector != former
    run.withKey(at: position) { key in
      settled.append(
        key: key, attributes: attributes, vector: vector, stamp: bucket.stamps[position])
    }
  }

  private mutating func agreed(
    on position: Int, of run: EntryRun, with theirs: VersionVector
  ) throws -> VersionVector {
    let mine = run.vector(at: position)
    if let last, last.mine == mine, last.theirs == theirs { return last.agreed }
    var entry = run.entry(at: position)
    let before = entry
    entry.vector = mine.agreed(with: theirs)
    // What no vector has room for is left as it is.
    if entry.vector.counterCount > VersionVector.maximumTakenCount { return mine }
    try replica.checkVersions(of: entry, over: before)
    last = (mine, theirs, entry.vector)
    return entry.vector
  }
}
