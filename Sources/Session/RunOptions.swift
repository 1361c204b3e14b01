package import Reconcile
package import Scan

/// What the user asked of a run, beyond the two replicas.
package struct RunOptions: Sendable {
  /// Plan and report, and write nothing.
  package var isDryRun = false
  /// Remove what only the destination has.
  package var deletes = false
  /// Which replicas a two-way run may change.
  package var direction = Direction.both
  /// What becomes of concurrent versions in a two-way run.
  package var conflictPolicy = ConflictPolicy.keepBoth
  /// The most deletions that the run may make; nil for the default guard.
  package var maximumDeletionCount: Int?
  /// Read and hash every file, whatever its status says.
  package var rehashes = false
  /// Try to deflate all content, or none; nil for that to a remote end, where it pays.
  package var compresses: Bool?
  /// The most bytes that each end sends in a second; nil for no limit.
  package var byteRate: Int?
  /// Give up durability: no waiting for the disk.
  package var skipsSync = false
  /// Go on where a guard would stop.
  package var forces = false
  /// How long to wait for a replica that is in use, in seconds.
  package var lockWaitSeconds = 0
  /// How long the other end may say nothing, in seconds; nil for ever.
  package var silenceLimitSeconds: Int? = Self.defaultSilenceLimitSeconds
  /// A directory to keep the state of local replicas in, instead of `.treemend` in each.
  package var stateDirectory: [UInt8]?
  /// What is left out.
  package var filter = Filter(rules: [])
  /// The remote shell and its first arguments.
  package var remoteShell = ["ssh"]
  /// The command that the remote shell starts at the far end.
  package var remoteCommand = "treemend"

  /// How long an end may say nothing unless something else is asked for, in seconds.
  package static let defaultSilenceLimitSeconds = 300

  /// Creates the options of a run that asks for nothing special.
  package init() {}
}

/// Which replicas a two-way run may change.
package enum Direction: Sendable {
  /// Both.
  case both
  /// The second.
  case push
  /// The first.
  case pull
}
