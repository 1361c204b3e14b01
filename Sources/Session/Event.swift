package import Reconcile
package import Replica

/// What a run tells while it goes on.
package enum Event: Sendable {
  /// A change that was made, or that a dry run would make.
  case item(Item)
  /// A path that was left as it is, and why; the run goes on.
  case problem(Problem)
  /// How far the run is.
  case progress(Progress)
  /// Concurrent versions of a path.
  case conflict(Conflict)
  /// The clocks of both ends are apart by more than two seconds; positive if the far end's is
  /// ahead.
  case clockSkew(seconds: Double)
}

/// Concurrent versions of a path, and what becomes of them.
package struct Conflict: Hashable, Sendable {
  /// The path.
  package let path: Path
  /// The replica whose version is taken; nil if none may be, and nothing is touched.
  package let winner: Side?
  /// Where the other version is kept, if it is.
  package let loserPath: Path?

  /// Creates the description of a conflict.
  package init(path: Path, winner: Side?, loserPath: Path?) {
    self.path = path
    self.winner = winner
    self.loserPath = loserPath
  }
}

/// One change to a replica.
package struct Item: Sendable {
  /// What is done to the path.
  package enum Action: String, Sendable {
    /// A file that the replica did not have.
    case copy
    /// New content for a file or link.
    case update
    /// Another mode or modification time over the same content.
    case metadata
    /// What the replica had is removed.
    case delete
    /// A directory that the replica did not have.
    case mkdir
    /// A symbolic link that the replica did not have.
    case link
    /// What the replica had under another path is renamed.
    case move
  }

  /// What is done.
  package let action: Action
  /// Where.
  package let path: Path
  /// The replica that is changed.
  package let side: Side
  /// What it had there, if anything.
  package let before: Attributes?
  /// What it has then; nil for a deletion.
  package let after: Attributes?
  /// The former path of what is renamed.
  package let from: Path?

  /// Creates the description of a change.
  package init(
    action: Action, path: Path, side: Side, before: Attributes?, after: Attributes?,
    from: Path? = nil
  ) {
    self.action = action
    self.path = path
    self.side = side
    self.before = before
    self.after = after
    self.from = from
  }

  /// The size of the content that the change brings.
  package var byteCount: Int64 { after?.size ?? 0 }
}

/// How far a run is. Totals are exact, because the difference is known before the copying.
package struct Progress: Sendable {
  /// What the run is busy with.
  package enum Phase: Sendable {
    /// Looking at the local tree; the counts are of entries and hashed bytes, without totals.
    case scanning
    /// Finding out what differs; the counts are of nodes compared, without totals.
    case comparing
    /// Making the changes.
    case transferring
  }

  /// What the run is busy with.
  package var phase: Phase
  /// Changes made, or entries seen.
  package var itemCount: Int
  /// Changes planned; 0 if not known.
  package var itemTotal: Int
  /// Content bytes brought, or hashed.
  package var byteCount: Int64
  /// Content bytes planned; 0 if not known.
  package var byteTotal: Int64
}
