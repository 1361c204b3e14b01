internal import Replica

extension Summary {
  /// Counts a change; one that has failed after all is taken back with `times` -1.
  mutating func count(_ item: Item, times: Int = 1) {
    switch item.action {
    case .copy, .mkdir, .link: copiedCount += times
    case .update, .metadata: updatedCount += times
    case .delete: deletedCount += times
    case .move: movedCount += times
    }
  }

  /// Counts a path that was left as it is.
  mutating func count(_ problem: Problem) {
    problemCount += 1
    if problem.isFailure { failureCount += 1 }
    if problem.code == .noSpace { noSpaceCount += 1 }
  }

  /// Takes over what both ends were found to hold, and what it took to find out.
  mutating func take(_ encounter: Encounter, _ comparison: Comparison) {
    let (local, connection) = (encounter.local, encounter.peer.connection)
    localRoot = local.contentRoot
    remoteRoot = encounter.ready.contentRoot
    entryCount = local.view.liveCount
    scannedCount = local.report.scannedCount
    hashedByteCount += local.report.hashedByteCount
    sentByteCount = connection.sentByteCount
    receivedByteCount = connection.receivedByteCount
    roundTripCount += 1 + comparison.roundTripCount
    comparedNodeCount = comparison.comparedNodeCount
    exchangedBucketCount = comparison.openedBucketCount
  }
}

extension Item.Action {
  /// Making what was not there.
  init(making kind: Attributes.Kind) {
    self =
      switch kind {
      case .directory: .mkdir
      case .link: .link
      case .file, .tombstone: .copy
      }
  }
}
