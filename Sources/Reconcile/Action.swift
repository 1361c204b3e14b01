package import Replica

/// One change to one of the replicas.
package struct Action: Equatable, Sendable {
  /// The replica that is changed.
  package let side: Side
  /// What is done.
  package let decision: Decision
  /// What the replica has at the path; nil for nothing, not even a tombstone.
  package let before: Entry?
  /// What it has then.
  package let after: Entry
  /// Where the other replica has the content by the time it is wanted, if not at the path.
  var keptElsewhere: Path?
  /// Where this replica has the content, which is to stay there.
  package var copiedFrom: Path?
  /// Where this replica has what is to be renamed to the path; of a directory, its former name.
  package var movedFrom: Path?
  /// Whether the other replica has not even a tombstone there.
  package var isUntold = false
  /// Whether what is deleted has been renamed instead.
  package var isMovedAway = false
  /// The conflict copy that must be in place before this is done or recorded.
  package var conflictCopy: Path?

  init(_ decision: Decision, at side: Side, before: Entry?, after: Entry) {
    self.side = side
    self.decision = decision
    self.before = before
    self.after = after
  }

  /// The same, of a file that has turned out to be something else than the scan could tell.
  package func found(_ attributes: Attributes) -> Action {
    var known = after
    known.attributes = attributes
    let decision = Decision.turning(before, into: known) ?? .record
    var action = Action(decision, at: side, before: before, after: known)
    (action.keptElsewhere, action.isUntold, action.conflictCopy) = (
      keptElsewhere, isUntold, conflictCopy
    )
    return action
  }

  /// Where.
  package var path: Path { after.path }

  /// Where the other replica has the content by the time it is wanted.
  package var origin: Path { keptElsewhere ?? path }

  /// The conflict copy that must hold what is replaced.
  package var keptCopy: Path? { decision == .update ? conflictCopy : nil }

  /// Whether the replica needs the content of a file that is not empty.
  package var isContentWanted: Bool {
    (decision == .create || decision == .update) && after.attributes.kind == .file
      && after.attributes.size > 0 && movedFrom == nil
  }

  /// Whether a file or link takes the place of a directory, which has to be emptied first.
  var replacesDirectory: Bool {
    decision == .update && before?.attributes.kind == .directory
  }

  /// Whether a directory is opened to users who are to see nothing of what it has had until now; not one
  /// that is closed to others at the same time, or in which its owner can do nothing before.
  package var opensDirectory: Bool {
    guard decision == .metadata, after.attributes.kind == .directory, let before,
      before.attributes.mode & 0o700 == 0o700
    else { return false }
    let (old, new) = (before.attributes.mode & 0o077, after.attributes.mode & 0o077)
    return old != new && old & ~new == 0
  }
}

/// How much there is to do.
package struct Tally: Equatable, Sendable {
  /// Changes that a user sees, at each replica.
  package var itemCount = Pair(source: 0, destination: 0)
  /// What the other replica has and this one has nothing in the place of.
  package var lackingCount = Pair(source: 0, destination: 0)
  /// That, and what this one has something else in the place of.
  package var unsharedCount = Pair(source: 0, destination: 0)
  /// The content of what is to be created or updated, in bytes.
  package var byteCount: Int64 = 0
  /// Directories at each replica that are opened to more users.
  package var openedCount = Pair(source: 0, destination: 0)
  /// Deletions at each replica, of what has not merely been renamed.
  package var deletionCount = Pair(source: 0, destination: 0)
  /// Those at the destination of a one-way run of what no other replica has had a part in.
  package var ownDeletionCount = 0
  /// Changes that only indexes see.
  package var recordCount = 0
  /// What only the destination has and keeps.
  package var extraneousCount = 0
  /// Changes that would go to a replica that the run does not change.
  package var leftCount = 0
  /// Concurrent versions of which one has been taken.
  package var conflictCount = 0
  /// Concurrent versions of which none may be taken.
  package var unsettledCount = 0

  /// There is nothing to do.
  package init() {}

  /// `count` entries, with `byteCount` bytes in the files among them, are to be created at a
  /// replica that has nothing.
  package init(copying count: Int, byteCount: Int64, to side: Side) {
    itemCount[side] = count
    lackingCount[side] = count
    unsharedCount[side] = count
    self.byteCount = byteCount
  }

  /// Whether there is nothing to do, not even to an index.
  package var isEmpty: Bool {
    itemCount.source + itemCount.destination + recordCount == 0
  }

  mutating func count(_ action: Action, isAllowed: Bool, _ rules: Rules) {
    if action.decision == .record {
      recordCount += 1
    } else if isAllowed {
      itemCount[action.side] += 1
      if action.opensDirectory { openedCount[action.side] += 1 }
      if action.decision == .delete, !action.isMovedAway {
        deletionCount[action.side] += 1
        if rules.isOwn(action.before) { ownDeletionCount += 1 }
      }
      if action.isContentWanted {
        byteCount = byteCount.saturatingSum(with: action.after.attributes.size)
      }
    } else {
      leftCount += 1
    }
  }
}
