package import Hashing

/// What a run did, in figures.
package struct Summary: Sendable {
  /// The content root of the replica at this end; nil if a dry run has not hashed its files.
  package var localRoot: Digest?
  /// The content root of the replica at the far end; nil likewise.
  package var remoteRoot: Digest?
  /// Live entries at this end.
  package var entryCount = 0
  /// Paths looked at by this end's scan.
  package var scannedCount = 0
  /// Bytes that this end hashed during its scan.
  package var hashedByteCount: Int64 = 0
  /// Bytes that this end wrote to the pipe.
  package var sentByteCount: Int64 = 0
  /// Bytes that this end read from the pipe.
  package var receivedByteCount: Int64 = 0
  /// Messages sent that were answered, after the greeting.
  package var roundTripCount = 0
  /// Tree nodes whose digests were compared.
  package var comparedNodeCount = 0
  /// Buckets that had to be opened to find the entries that differ.
  package var exchangedBucketCount = 0
  /// Files, directories and links that a replica did not have.
  package var copiedCount = 0
  /// Entries whose content or metadata changed at a replica.
  package var updatedCount = 0
  /// Entries removed at a replica.
  package var deletedCount = 0
  /// Entries that only the destination has and that were left there.
  package var extraneousCount = 0
  /// Files and directories renamed.
  package var movedCount = 0
  /// Changes that would go to a replica that the run does not change.
  package var leftCount = 0
  /// Concurrent versions of which one was taken.
  package var conflictCount = 0
  /// Concurrent versions of which none was taken.
  package var unsettledCount = 0
  /// By how much the far end's clock is ahead, in seconds.
  package var clockSkewSeconds = 0.0
  /// Bytes of content that crossed the pipe, before deflation.
  package var literalByteCount: Int64 = 0
  /// Bytes of content that was found where it was wanted.
  package var matchedByteCount: Int64 = 0
  /// Paths that could not be dealt with.
  package var problemCount = 0
  /// Those of them that leave something undone.
  package var failureCount = 0
  /// Those failures that were for want of space.
  package var noSpaceCount = 0
  /// Why the run would stop before its first change; of a dry run, which goes on.
  package var refusal: SessionError?
  /// How long the run took.
  package var seconds = 0.0

  /// Whether an end has something that is no entry where an entry is remembered and the other end has it.
  package var hidesDifference = false

  /// Whether both ends name the same content root, and hold what it is of as far as they can tell.
  package var looksEqual: Bool { !hidesDifference && (localRoot.map { $0 == remoteRoot } ?? false) }

  /// Whether both ends hold the same, and nothing has failed that may have told otherwise.
  package var isEqual: Bool { looksEqual && failureCount == 0 }

  /// The exit code of the run, or of a comparison but for that things differ (`treemend(1)`).
  package var exitCode: UInt8 {
    if noSpaceCount > 0 { return 11 }
    if failureCount > 0 { return 23 }
    return unsettledCount > 0 ? 40 : 0
  }

  /// Changes of any kind.
  var changeCount: Int { copiedCount + updatedCount + deletedCount + movedCount }

  /// Creates the summary of a run that did nothing.
  package init() {}
}
