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
    let entry = bucket.run.entry(at: position)
    var vector = entry.vector
    if entry.attributes.isLive, entry.attributes.isHashed {
      let isDisputed = try disputed?.reach(entry.path).isDisputed ?? false
      if let theirs = told?.vector, !isDisputed { vector = try agreed(entry, theirs) }
    }
    isChanged = isChanged || vector != entry.vector
    settled.append(
      key: entry.path.key.span, attributes: entry.attributes, vector: vector,
      stamp: bucket.stamps[position])
  }

  private mutating func agreed(_ entry: Entry, _ theirs: VersionVector) throws -> VersionVector {
    if let last, last.mine == entry.vector, last.theirs == theirs { return last.agreed }
    var agreed = entry.vector.agreed(with: theirs)
    // What no vector has room for is left as it is.
    if agreed.counters.count > VersionVector.maximumCount { agreed = entry.vector }
    try replica.checkVersions(
      of: Entry(path: entry.path, attributes: entry.attributes, vector: agreed), over: entry)
    last = (entry.vector, theirs, agreed)
    return agreed
  }
}
