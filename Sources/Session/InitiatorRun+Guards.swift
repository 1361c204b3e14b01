internal import FileSystem
internal import Index
internal import Reconcile
internal import Replica

extension InitiatorRun {
  /// Reports clocks that are apart, because they order what nothing else does where both ends converge.
  func noteClocks() {
    summary.clockSkewSeconds = Double(encounter.clockSkew) / 1e9
    if isTwoWay, abs(summary.clockSkewSeconds) > 2 {
      report(.clockSkew(seconds: summary.clockSkewSeconds))
    }
  }

  /// Refuses a source that has nothing for a destination that has something.
  func checkRoots() throws {
    guard !options.forces, !isTwoWay else { return }
    let (mine, theirs) = (local.view.liveCount, encounter.ready.liveCount)
    let (source, destination) = localSide == .source ? (mine, theirs) : (theirs, mine)
    guard source == 0, destination > 0 else { return }
    // A rule can leave nothing of a source; of one that has nothing at all it does not.
    let introductions = encounter.introductions
    let isEmpty = localSide == .source ? introductions.local.isEmpty : introductions.remote.isEmpty
    let isRefused =
      options.filter.isEmpty
      ? options.deletes || !encounter.hasUnknown : options.deletes && isEmpty
    if isRefused { throw SessionError.safety(.emptySource) }
  }

  /// Refuses to fill what has taken the place of a replica, more deletions than the user can have meant,
  /// whatever is forced but with a limit of his own, and for a source that is a stranger in the place of
  /// another those of half of the tree in any case.
  func check(_ tally: Tally) throws {
    for side in Side.allCases {
      // A source may well be another one each time, for a destination that gathers what they have.
      if !options.forces, isTwoWay || side == .destination, sharesNothing(side, tally),
        try isReplaced(side)
      {
        throw SessionError.safety(.changedIdentity(name: name(side)))
      }
      let count = tally.deletionCount[side]
      guard count > 0 else { continue }
      if !options.forces, !isTwoWay, count > liveCount(side) / 2, try isStranger(.source) {
        throw SessionError.safety(.changedIdentity(name: name(.source)))
      }
      if !options.forces, tally.ownDeletionCount > 0 {
        guard try side == localSide ? local.hasDeleted() : encounter.ready.hasDeleted else {
          throw SessionError.safety(.firstDeletion)
        }
      }
      let limit =
        options.maximumDeletionCount ?? (liveCount(side) < 20 ? .max : liveCount(side) / 2)
      if count > limit { throw SessionError.deletionLimit(planned: count, limit: limit) }
    }
  }

  /// Whether a replica has next to nothing of what the other has, and mostly not even another version.
  private func sharesNothing(_ side: Side, _ tally: Tally) -> Bool {
    let count = liveCount(side.other)
    return tally.unsharedCount[side] >= count - count / 10 && tally.lackingCount[side] > count / 2
  }

  private func liveCount(_ side: Side) -> Int {
    side == localSide ? local.view.liveCount : encounter.ready.liveCount
  }

  private func name(_ side: Side) -> [UInt8] {
    side == localSide ? local.opening.path : other.name
  }

  /// Whether a replica without a history is where the other end met another before.
  private func isReplaced(_ side: Side) throws -> Bool {
    let isNew = side == localSide ? local.isNew : encounter.ready.isNew
    return try isNew && isStranger(side)
  }

  /// Whether a replica that the other end never met is where it met another before.
  private func isStranger(_ side: Side) throws -> Bool {
    if side == localSide { return encounter.ready.meetsStranger }
    return try local.index.isStranger(
      encounter.ready.replica, at: encounter.introductions.remote.place,
      named: other.isRemote ? other.name : nil)
  }

  /// Makes a check; in a dry run its refusal waits until all has been shown.
  func guardRun(_ check: () throws -> Void) throws {
    do {
      try check()
    } catch let error as SessionError where options.isDryRun {
      summary.refusal = summary.refusal ?? error
    }
  }
}
