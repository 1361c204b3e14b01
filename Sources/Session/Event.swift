package import Replica

/// What a run tells while it goes on.
package enum Event: Sendable {
  /// A change that was made, or that a dry run would make.
  case item(Item)
  /// A path that was left as it is, and why; the run goes on.
  case problem(Problem)
  /// How far the run is.
  case progress(Progress)
}

/// One change to the destination.
package struct Item: Sendable {
  /// What is done to the path.
  package enum Action: String, Sendable {
    /// A file that the destination did not have.
    case copy
    /// New content for a file or link.
    case update
    /// Another mode or modification time over the same content.
    case metadata
    /// What only the destination had is removed.
    case delete
    /// A directory that the destination did not have.
    case mkdir
    /// A symbolic link that the destination did not have.
    case link
  }

  /// What is done.
  package let action: Action
  /// Where.
  package let path: Path
  /// What the destination had there, if anything.
  package let before: Attributes?
  /// What it has then; nil for a deletion.
  package let after: Attributes?

  /// Creates the description of a change.
  package init(action: Action, path: Path, before: Attributes?, after: Attributes?) {
    self.action = action
    self.path = path
    self.before = before
    self.after = after
  }

  /// The size of the content that the change brings.
  package var byteCount: Int64 { after?.size ?? 0 }
}

/// The end of a run that something concerns.
package enum Side: String, Sendable {
  /// The replica that the destination is made to agree with.
  case source
  /// The replica that is changed.
  case destination
}

/// How far a run is. Totals are exact, because the difference is known before the copying.
package struct Progress: Sendable {
  /// What the run is busy with.
  package enum Phase: Sendable {
    /// Looking at the local tree; the counts are of entries and hashed bytes, without totals.
    case scanning
    /// Finding out what differs; the counts are of nodes compared, without totals.
    case comparing
    /// Changing the destination.
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
