/// Something that happens to the replicas of a history.
///
/// Replicas and paths are given by number, so that a shorter history of the same operations means
/// the same.
package enum Operation: Hashable, Sendable {
  /// A user writes a file of a content that nobody has written, or truncates one.
  case write(replica: Int, path: Int, size: Int)
  /// Users of two replicas write the same.
  case writeSame(replica: Int, other: Int, path: Int)
  /// A user makes a link, or lets it lead elsewhere.
  case link(replica: Int, path: Int)
  /// A user makes a directory.
  case makeDirectory(replica: Int, path: Int)
  /// A user removes what is there, with all that is in it.
  case remove(replica: Int, path: Int)
  /// A user renames a file or a directory.
  case rename(replica: Int, path: Int, to: Int)
  /// A user swaps two files or directories.
  case swap(replica: Int, path: Int, with: Int)
  /// A user sets a file's time to now.
  case touch(replica: Int, path: Int)
  /// A user changes permission bits.
  case changeMode(replica: Int, path: Int)
  /// Time passes for one replica alone; it may go back.
  case jump(replica: Int, seconds: Int)
  /// A year passes for all.
  case year
  /// A subtree can no longer be read, or can again.
  case toggleReadable(replica: Int, path: Int)
  /// The state of a replica is lost, and its tree is not.
  case loseState(replica: Int)
  /// The state of a replica is kept for later.
  case snapshot(replica: Int)
  /// A replica is set back to what was kept: its state alone, or its tree too.
  case setBack(replica: Int, withTree: Bool)
  /// A replica becomes a copy of another, state and all.
  case clone(replica: Int, of: Int)
  /// A replica is scanned and nothing else, as `treemend status` does.
  case look(replica: Int)
  /// A run between two replicas.
  case sync(replica: Int, with: Int, direction: Int, fault: Fault)

  /// What goes wrong in a run.
  package enum Fault: Hashable, Sendable {
    /// Nothing.
    case none
    /// The connection is cut after some actions.
    case cut(Int)
    /// Both ends are killed after some actions.
    case crash(Int)
    /// An action fails.
    case fail(Int)
    /// A user does something before an action.
    case race(Int)
  }
}
