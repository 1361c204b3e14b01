internal import FileSystem
internal import Merkle
internal import Reconcile
internal import Replica

/// A comparison of content that changes neither end.
enum DiffRun {
  /// Compares the replica at `a`, which is local, with that at `b`; with `isSwapped`, what the
  /// user calls the first is `b`.
  static func run(
    _ a: [UInt8], _ b: Location, isSwapped: Bool, _ options: RunOptions,
    report: (Event) -> Void
  ) throws(SessionError) -> Summary {
    let start = monotonicNanoseconds()
    try RootGuard.checkState(options, a, b)
    var options = options
    options.isDryRun = true
    let encounter = try Encounter(
      local: a, with: b, role: .compared, makesRoot: nil, localSide: .source, options
    ) {
      count, bytes in
      report(.progress(Progress(scanned: count, bytes)))
    }
    var summary = Summary()
    do {
      for problem in encounter.local.report.problems + encounter.theirProblems {
        summary.problemCount += 1
        if problem.isFailure { summary.failureCount += 1 }
        report(.problem(problem))
      }
      let comparison = try Comparison(encounter, .content) { _ in }
      try comparison.forEach { difference in
        let (mine, theirs) = (difference.mine?.entry.attributes, difference.theirs?.attributes)
        let (first, second) = isSwapped ? (theirs, mine) : (mine, theirs)
        guard let item = Item(comparing: first, with: second, at: difference.path) else { return }
        switch item.action {
        case .copy, .mkdir, .link: summary.copiedCount += 1
        case .delete: summary.deletedCount += 1
        case .update, .metadata: summary.updatedCount += 1
        case .move: break
        }
        report(.item(item))
      }
      encounter.peer.close()
      summary.localRoot = encounter.local.view.content.root
      summary.remoteRoot = encounter.ready.contentRoot
      summary.isEqual = summary.localRoot.map { $0 == summary.remoteRoot } ?? false
      summary.entryCount = encounter.local.view.liveCount
      summary.scannedCount = encounter.local.report.scannedCount
      summary.hashedByteCount = encounter.local.report.hashedByteCount
      summary.sentByteCount = encounter.peer.connection.sentByteCount
      summary.receivedByteCount = encounter.peer.connection.receivedByteCount
      summary.roundTripCount = 1 + comparison.roundTripCount
      summary.comparedNodeCount = comparison.comparedNodeCount
      summary.exchangedBucketCount = comparison.openedBucketCount
      summary.seconds = Double(monotonicNanoseconds() - start) / 1e9
      return summary
    } catch {
      encounter.peer.abandon()
      throw SessionError(error)
    }
  }
}

extension Item {
  /// How what the first has at a path differs from what the second has there.
  fileprivate init?(comparing first: Attributes?, with second: Attributes?, at path: Path) {
    switch (first, second) {
    case (nil, nil): return nil
    case (nil, let second):
      self.init(
        action: .delete, path: path, side: .destination, before: second, after: nil)
    case (let first?, nil):
      let action: Action =
        switch first.kind {
        case .directory: .mkdir
        case .link: .link
        default: .copy
        }
      self.init(action: action, path: path, side: .destination, before: nil, after: first)
    case (let first?, let second?):
      if first == second { return nil }
      self.init(
        action: first.hasSameContent(as: second) ? .metadata : .update, path: path,
        side: .destination, before: second, after: first)
    }
  }
}
