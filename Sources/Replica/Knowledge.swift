/// What each replica is known to have seen of each other: the two-dimensional time table of Wuu and
/// Bernstein ("Efficient Solutions to the Replicated Log and Dictionary Problems", 1984).
///
/// A replica has seen another's changes up to an epoch when its entries include them all. The table
/// only grows, by merging: it says which replicas there are, when a tombstone has done its work,
/// and whether a replica has been set back to an earlier state of itself.
package struct Knowledge: Hashable, Sendable {
  /// Nanoseconds for which tombstones wait for a replica that is not heard of: two years.
  package static let retention: Int64 = 730 * 86_400 * 1_000_000_000
  /// The most by which one run brings a replica nearer to giving others up, in nanoseconds, whatever its
  /// clock says: thirty days.
  package static let patience: Int64 = 30 * 86_400 * 1_000_000_000
  /// The most replicas that a table tells apart.
  package static let maximumCount = 128

  /// One replica, as it is known.
  package struct Member: Hashable, Sendable {
    /// The latest of its epochs that has been heard of.
    package var epoch: UInt64 = 0
    /// When it was last heard of, in nanoseconds since 1970.
    package var heard: Int64 = 0
    /// Up to which of each replica's epochs it has seen all changes.
    package var seen: [ReplicaID: UInt64] = [:]
    /// Up to which of its epochs tombstones may have gone that a replica given up has not seen.
    package var expired: UInt64 = 0

    /// ``expired``, but not beyond ``epoch``: a peer may claim more.
    fileprivate var credibleExpired: UInt64 { min(expired, epoch) }

    /// Creates a replica of which nothing is known.
    package init() {}
  }

  /// The replicas.
  package private(set) var members: [ReplicaID: Member] = [:]

  /// Creates an empty table.
  package init() {}

  /// Takes the members of a table, or throws if they are too many.
  package init(members: [ReplicaID: Member]) throws(Malformed) {
    guard members.count <= Self.maximumCount else { throw .count }
    self.members = members
  }

  /// Notes that `replica` is in its epoch `epoch` at the time `now`; `own`, whose table this is,
  /// stays in it if there are too many.
  package mutating func note(
    _ replica: ReplicaID, in epoch: UInt64, now: Int64, keeping own: ReplicaID? = nil
  ) {
    makeRoom(for: replica, keeping: own ?? replica)
    var member = members[replica] ?? Member()
    member.epoch.raise(to: epoch)
    member.heard.raise(to: now)
    member.seen[replica, default: 0].raise(to: epoch)
    members[replica] = member
  }

  /// The time by which `replica` may give others up: that of its clock, but not long after the last run that
  /// came to its end, as clocks have been wrong for some.
  package func credibleTime(
    of replica: ReplicaID, now: Int64, patience: Int64 = Self.patience
  ) -> Int64 {
    guard let heard = members[replica]?.heard, heard > 0 else { return now }
    return min(now, heard.saturatingSum(with: patience))
  }

  /// Adds all that `other` knows, but believes no time later than `now`, and of tombstones that have gone
  /// none of an epoch that it has not heard of.
  ///
  /// A replica beyond the most that are told apart is left out. When `own` was heard of, whose table this is,
  /// nobody else tells it.
  package mutating func merge(_ other: Knowledge, now: Int64, own: ReplicaID? = nil) {
    for (replica, theirs) in other.members.sorted(by: { $0.key < $1.key }) {
      guard members[replica] != nil || members.count < Self.maximumCount else { continue }
      var mine = members[replica] ?? Member()
      mine.epoch.raise(to: theirs.epoch)
      if replica != own { mine.heard.raise(to: min(theirs.heard, now)) }
      mine.expired.raise(to: theirs.credibleExpired)
      for (seen, epoch) in theirs.seen { mine.seen[seen, default: 0].raise(to: epoch) }
      members[replica] = mine
    }
  }

  /// Forgets which tombstones may have gone: it concerns nobody who takes no entries from here.
  package mutating func forgetExpired() {
    for replica in members.keys { members[replica]?.expired = 0 }
  }

  /// Notes that two replicas hold the same entries: each has seen all that the other has.
  package mutating func noteEqual(_ one: ReplicaID, _ other: ReplicaID) {
    makeRoom(for: one, keeping: one)
    makeRoom(for: other, keeping: one)
    var seen = members[one]?.seen ?? [:]
    seen.merge(members[other]?.seen ?? [:]) { max($0, $1) }
    for replica in [one, other] { members[replica, default: Member()].seen = seen }
  }

  /// Notes that `replica` begins with all that `former` has seen.
  package mutating func inherit(from former: ReplicaID, by replica: ReplicaID) {
    makeRoom(for: replica, keeping: former)
    var member = Member()
    member.seen = members[former]?.seen ?? [:]
    members[replica] = member
  }

  /// Whether every replica has seen the changes of a version that was made at the time `made`. Those
  /// of a replica that is not known any more are taken for seen when the retention time is over, and all
  /// are where some may have had to make room. The time `now` is ``credibleTime(of:now:)``.
  package func isSettled(_ vector: VersionVector, made: Int64, now: Int64) -> Bool {
    if members.count >= Self.maximumCount { return Self.isOver(since: made, now: now) }
    return vector.dots.allSatisfy { dot in
      guard members[dot.replica] != nil else { return Self.isOver(since: made, now: now) }
      return members.values.allSatisfy { $0.seen[dot.replica, default: 0] >= dot.value }
    }
  }

  /// Gives up on replicas that have not been heard of for the retention time by ``credibleTime(of:now:)``;
  /// what they have not seen may go. `replica` itself stays.
  package mutating func expire(keeping replica: ReplicaID, now: Int64) {
    for (other, member) in members where other != replica {
      guard Self.isOver(since: member.heard, now: now) else { continue }
      members[other] = nil
      for (seen, epoch) in members[replica]?.seen ?? [:]
      where member.seen[seen, default: 0] < epoch {
        members[seen]?.epoch.raise(to: epoch)
        members[seen]?.expired.raise(to: epoch)
      }
    }
  }

  /// Forgets the replica heard of longest ago, but not `own`, if there is no room for another.
  private mutating func makeRoom(for replica: ReplicaID, keeping own: ReplicaID) {
    guard members[replica] == nil, members.count >= Self.maximumCount else { return }
    let oldest = members.filter { $0.key != own }
      .min { ($0.value.heard, $0.key) < ($1.value.heard, $1.key) }
    if let oldest { members[oldest.key] = nil }
  }

  /// Up to which epoch of `replica` somebody else has seen its changes.
  package func lastSeen(of replica: ReplicaID) -> UInt64 {
    members.filter { $0.key != replica }.map { $0.value.seen[replica, default: 0] }.max() ?? 0
  }

  /// Whether `replica` may hold what has been deleted without trace since it was last heard of, by
  /// what `other` knows.
  package func isOutdated(_ replica: ReplicaID, by other: Knowledge) -> Bool {
    guard let member = members[replica] else { return false }
    return other.members.contains { id, theirs in
      id != replica && members[id]?.epoch ?? 0 > 0
        && member.seen[id, default: 0] < theirs.credibleExpired
    }
  }

  /// Whether `replica`, which has been in `epochs`, the last ones in ascending order, has been set
  /// back: the latest that others have heard of is none of them. Epochs are drawn, so that those of
  /// two courses of events are not the same.
  package func tellsOfAnotherCourse(of replica: ReplicaID, than epochs: [UInt64]) -> Bool {
    let heard = members[replica]?.epoch ?? 0
    return heard >= epochs.first ?? 1 && !epochs.contains(heard)
  }

  private static func isOver(since time: Int64, now: Int64) -> Bool {
    let (age, isOverflow) = now.subtractingReportingOverflow(time)
    return isOverflow ? now > time : age > retention
  }
}

extension Comparable {
  /// Sets the value to `other` if that is greater.
  fileprivate mutating func raise(to other: Self) {
    self = max(self, other)
  }
}
