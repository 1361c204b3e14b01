internal import FileSystem
internal import Hashing
internal import Index
internal import Merkle
internal import Reconcile
internal import Replica
internal import Wire

/// A one-way run, from the initiator's end: the story of DESIGN, step by step.
final class CopyRun {
  let options: RunOptions
  let isPush: Bool
  let other: Location
  let encounter: Encounter
  let report: (Event) -> Void
  var summary = Summary()
  /// Paths that were not brought about, so that the source does not take them for settled.
  var failed: Set<Path> = []
  /// Paths whose content the destination was asked to copy from its own.
  var copies: Set<Path> = []
  /// Those of them whose content it turned out not to have.
  var uncopied: [Path] = []
  private var theirRoot: Digest?
  private var progress = Progress(
    phase: .transferring, itemCount: 0, itemTotal: 0, byteCount: 0, byteTotal: 0)
  private let start = monotonicNanoseconds()

  var local: LocalReplica { encounter.local }
  var peer: Peer { encounter.peer }

  /// Scans both ends.
  init(
    local path: [UInt8], other: Location, isPush: Bool, _ options: RunOptions,
    _ report: @escaping (Event) -> Void
  ) throws(SessionError) {
    self.options = options
    self.isPush = isPush
    self.other = other
    self.report = report
    try RootGuard.check(path, other, options)
    encounter = try Encounter(
      local: path, with: other, role: isPush ? .destination : .source, options
    ) { count, byteCount in report(.progress(Progress(scanned: count, byteCount))) }
  }

  /// Compares, reconciles, transfers, applies and records.
  func run() throws(SessionError) -> Summary {
    do {
      for problem in local.report.problems + encounter.theirProblems { note(problem) }
      try checkSource()
      let comparison = try Comparison(encounter, .state) { count in
        report(
          .progress(
            Progress(
              phase: .comparing, itemCount: count, itemTotal: 0, byteCount: 0, byteTotal: 0)))
      }
      let destination = isPush ? encounter.ready.replica : local.index.replica
      let reconciliation = try Reconciliation(
        comparison, rules: OneWay(deletes: options.deletes, destination: destination),
        isPush: isPush, isUnknown: encounter.isUnknown)
      try checkDeletions(reconciliation)
      if options.isDryRun {
        try predict(reconciliation)
      } else if reconciliation.tally.differenceCount > 0 {
        progress.itemTotal = reconciliation.tally.itemCount
        progress.byteTotal = reconciliation.tally.byteCount
        if isPush { try push(reconciliation) } else { try pull(reconciliation) }
        try local.renewView()
      }
      try close(comparison, reconciliation)
      return summary
    } catch {
      peer.abandon()
      throw SessionError(error)
    }
  }

  /// Refuses a source that has nothing for a destination that has something.
  private func checkSource() throws(SessionError) {
    let (mine, theirs) = (local.view.liveCount, encounter.ready.liveCount)
    let (source, destination) = isPush ? (mine, theirs) : (theirs, mine)
    if source == 0, destination > 0, !options.forces, !encounter.hasUnknown, options.filter.isEmpty
    {
      throw .safety(.emptySource)
    }
  }

  /// Refuses more deletions than the user can have meant.
  private func checkDeletions(_ reconciliation: Reconciliation) throws(SessionError) {
    let count = reconciliation.tally.deletionCount
    guard count > 0, !options.isDryRun || options.maximumDeletionCount != nil else { return }
    if let limit = options.maximumDeletionCount {
      if count > limit { throw .deletionLimit(planned: count, limit: limit) }
    }
    guard !options.forces else { return }
    let isNew = isPush ? encounter.ready.isNew : local.index.isNew
    if isNew { throw .safety(.firstDeletion) }
    let liveCount = isPush ? encounter.ready.liveCount : local.view.liveCount
    if options.maximumDeletionCount == nil, liveCount >= 20, count > liveCount / 2 {
      throw .deletionLimit(planned: count, limit: liveCount / 2)
    }
  }

  /// Reports what a run would do.
  private func predict(_ reconciliation: Reconciliation) throws {
    try reconciliation.forEach { verdict in
      guard verdict.decision != .delete, !encounter.isUnknown(verdict.path) else { return }
      announce(verdict)
    }
    try reconciliation.forEachDeletion { announce($0) }
  }

  /// Reports one change and counts it.
  func announce(_ verdict: Reconciliation.Verdict) {
    guard let item = Item(verdict) else { return }
    switch verdict.decision {
    case .create: summary.copiedCount += 1
    case .update, .metadata: summary.updatedCount += 1
    case .delete: summary.deletedCount += 1
    case .nothing, .record, .leave: break
    }
    report(.item(item))
  }

  /// Reports how far the run is.
  func advance(items: Int = 0, bytes: Int64 = 0) {
    progress.itemCount = min(progress.itemCount + items, progress.itemTotal)
    progress.byteCount = min(progress.byteCount + bytes, progress.byteTotal)
    report(.progress(progress))
  }

  /// Reports a problem and counts it.
  func note(_ problem: Problem) {
    summary.problemCount += 1
    if problem.isFailure { summary.failureCount += 1 }
    if problem.code == .noSpace { summary.noSpaceCount += 1 }
    report(.problem(problem))
  }

  /// Reports that a change failed.
  func fail(_ problem: Problem) {
    failed.insert(problem.path)
    note(problem)
  }

  /// Puts into this end's index, as the source's, what it now shares with the destination.
  func recordSource(_ reconciliation: Reconciliation) throws {
    var changes: [Recorded] = []
    try reconciliation.forEach { verdict in
      guard !failed.contains(verdict.path), !encounter.isUnknown(verdict.path),
        let result = try settled(verdict, reconciliation)
      else { return }
      changes.append(Recorded(entry: result, stamp: verdict.stamp))
      if changes.count == 4096 {
        try local.record(changes)
        changes = []
      }
    }
    try local.record(changes)
  }

  /// The entry that the source is to remember after a verdict; nil if it remembers it already.
  func settled(
    _ verdict: Reconciliation.Verdict, _ reconciliation: Reconciliation
  ) throws -> Entry? {
    guard verdict.decision != .leave, let result = reconciliation.result(of: verdict) else {
      return nil
    }
    return result == verdict.source ? nil : result
  }

  /// Ends the conversation and sums the run up.
  private func close(_ comparison: Comparison, _ reconciliation: Reconciliation) throws {
    peer.close()
    summary.localRoot = local.view.content.root
    summary.remoteRoot = theirRoot ?? encounter.ready.contentRoot
    summary.isEqual = summary.localRoot == summary.remoteRoot
    summary.entryCount = local.view.liveCount
    summary.scannedCount = local.report.scannedCount
    summary.hashedByteCount = local.report.hashedByteCount
    summary.sentByteCount = peer.connection.sentByteCount
    summary.receivedByteCount = peer.connection.receivedByteCount
    summary.roundTripCount = 1 + comparison.roundTripCount
    summary.comparedNodeCount = comparison.comparedNodeCount
    summary.exchangedBucketCount = comparison.openedBucketCount
    summary.extraneousCount = reconciliation.tally.extraneousCount
    summary.seconds = Double(monotonicNanoseconds() - start) / 1e9
    try remember()
  }

  /// Notes the outcomes that a frame reports.
  func takeOutcomes(_ frame: Frame) throws {
    guard frame.kind == .outcomes else { throw Malformed.kind }
    let outcomes = try Outcomes(payload: frame.payload)
    summary.matchedByteCount += outcomes.matchedByteCount
    for problem in outcomes.problems {
      if problem.code == .mismatch, copies.remove(problem.path) != nil {
        uncopied.append(problem.path)
      } else {
        fail(problem)
      }
    }
  }

  /// Has the other end finish what it has begun, and hears its root.
  func finishRemote() throws {
    try peer.send(Frame(.finish, []))
    while true {
      let frame = try peer.receive()
      if frame.kind == .finished {
        theirRoot = try Finished(payload: frame.payload).contentRoot
        return
      }
      try takeOutcomes(frame)
    }
  }

  private func remember() throws(IndexError) {
    guard !options.isDryRun else { return }
    let now = wallClockNanoseconds()
    let itemCount = summary.copiedCount + summary.updatedCount + summary.deletedCount
    try local.index.remember(
      RunRecord(
        finished: now, peer: other.name, exitCode: summary.failureCount > 0 ? 23 : 0,
        itemCount: itemCount),
      with: PeerRecord(replica: encounter.ready.replica, name: other.name, seen: now))
  }
}
