/// What a replica makes of its own tree: an entry found and an entry remembered give a new entry.
package struct Observer: Sendable {
  /// The replica that has made the changes that are found.
  package let replica: ReplicaID
  /// Its epoch, which counts these changes.
  package let epoch: UInt64
  /// The time of deletions found, in nanoseconds since 1970.
  package let now: Int64
  /// Whether what is remembered may be of another tree than this one, or of this one at another time:
  /// then what is not there is forgotten rather than deleted, and what is otherwise was not made of it,
  /// unless it is a file or link that is younger.
  package let doubtsRemembered: Bool
  /// Whether what is found may be what a power cut has left, whose time proves nothing.
  private let doubtsFound: Bool
  /// The last change of the replica's former identity that is surely the one that others know; later
  /// ones may have been made twice, in two courses of events.
  private let lastTrusted: VersionVector.Counter?
  /// What a run that was killed was bringing about.
  private let expected: [Path: Entry]
  /// Tells the tombstones that all have seen.
  private let knowledge: Knowledge
  /// The time by which others may be given up.
  private let credibleTime: Int64
  /// The versions of what is found for the first time.
  private let newVersions: VersionVector

  /// How long a tombstone stays at least, in nanoseconds: a day.
  private static let settlingTime: Int64 = 86_400 * 1_000_000_000

  /// Creates the observer of one scan.
  package init(
    replica: ReplicaID, epoch: UInt64, now: Int64, doubtsRemembered: Bool = false,
    doubtsFound: Bool = false, lastTrusted: VersionVector.Counter? = nil,
    expected: [Path: Entry] = [:],
    knowledge: Knowledge = Knowledge(), credibleTime: Int64? = nil
  ) {
    self.replica = replica
    self.epoch = epoch
    self.now = now
    self.doubtsRemembered = doubtsRemembered
    self.doubtsFound = doubtsFound
    self.lastTrusted = lastTrusted
    self.expected = expected
    self.knowledge = knowledge
    self.credibleTime = credibleTime ?? now
    newVersions = VersionVector().raised(by: replica, in: epoch)
  }

  /// The versions of a path at which `attributes` were found. `isMadeAnew` tells whether the file was
  /// surely made after the one that is remembered; it is asked where a killed run may have taken that away.
  package func found(
    _ attributes: Attributes, at path: Path,
    remembered: (attributes: Attributes, vector: VersionVector)?,
    isMadeAnew: () -> Bool = { false }
  ) -> VersionVector {
    let remembered = remembered.flatMap { trusts($0.vector) ? $0 : nil }
    let expected = expected(at: path, after: remembered?.vector)
    if let remembered, remembered.attributes == attributes {
      // What a killed run had replaced or deleted a user has put back.
      let isPutBack = expected != nil && !doubtsRemembered && isMadeAnew()
      if !isPutBack { return remembered.vector }
    }
    if let expected, expected.attributes == attributes { return expected.vector }
    guard let remembered, !doubtsRemembered || isYounger(attributes, than: remembered.attributes)
    else { return newVersions }
    return remembered.vector.raised(by: replica, in: epoch)
  }

  /// Whether what is found was made after what is remembered, by its time.
  private func isYounger(_ found: Attributes, than remembered: Attributes) -> Bool {
    guard !doubtsFound, found.kind == remembered.kind, found.kind != .directory else {
      return false
    }
    return found.modified > remembered.modified
  }

  /// What is remembered of a path of some kind that has gone, or nil for nothing.
  package func missing(
    _ path: Path, _ kind: Attributes.Kind, _ vector: VersionVector
  ) -> (attributes: Attributes, vector: VersionVector)? {
    if let expected = expected(at: path, after: vector) {
      if !expected.attributes.isLive { return (expected.attributes, expected.vector) }
      // What is replaced by something of another kind may have to go before that comes.
      if expected.attributes.kind != kind { return nil }
    }
    return doubtsRemembered
      ? nil : (.tombstone(deleted: now), vector.raised(by: replica, in: epoch))
  }

  private func trusts(_ vector: VersionVector) -> Bool {
    lastTrusted.map { vector[$0.replica] <= $0.value } ?? true
  }

  /// Whether a killed run was to bring something about at a path.
  package func expects(_ path: Path) -> Bool {
    expected[path] != nil
  }

  private func expected(at path: Path, after vector: VersionVector?) -> Entry? {
    guard !expected.isEmpty, let entry = expected[path] else { return nil }
    let causality = entry.vector.compared(with: vector ?? VersionVector())
    return causality == .dominates || causality == .equal ? entry : nil
  }

  /// Whether a tombstone is still needed: until every replica has seen it, and for a day, so that
  /// replicas that have just come to agree do not differ again in what they have forgotten.
  package func keeps(tombstone: Attributes, _ vector: VersionVector) -> Bool {
    guard trusts(vector) else { return false }
    let (age, isOverflow) = now.subtractingReportingOverflow(tombstone.modified)
    guard isOverflow ? now > tombstone.modified : age > Self.settlingTime else { return true }
    return !knowledge.isSettled(vector, made: tombstone.modified, now: credibleTime)
  }
}
