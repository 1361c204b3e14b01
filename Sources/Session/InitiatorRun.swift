internal import Chunks
internal import FileSystem
internal import Hashing
internal import Index
internal import Merkle
internal import Reconcile
internal import Replica
internal import Transfer
internal import Wire

/// A run from the initiator's end: the story of DESIGN, step by step.
final class InitiatorRun {
  let options: RunOptions
  /// Whether both replicas converge by their versions; otherwise the second follows the first.
  let isTwoWay: Bool
  /// Which of the two replicas is at this end.
  let localSide: Side
  let other: Location
  var encounter: Encounter
  let report: (Event) -> Void
  var summary = Summary()
  /// Paths that were not brought about, so that no end takes them for settled.
  var failed: Set<Path> = []
  /// Those of them that make the run fail.
  var undone: Set<Path> = []
  /// Paths whose content the other end was asked to take from its own.
  var copies: Set<Path> = []
  /// Those of them whose content it turned out not to have.
  var uncopied: Set<Path> = []
  /// What has been sent to the other end and not been reported on yet.
  var unreported = UnreportedChanges()
  /// Whether the other end answers what it is offered, and not just changes.
  var isOffering = false
  var theirRoots: Finished?
  /// Whether this is the first that a replica has met, and versions have been brought together.
  var isAcquainted = false
  private var progress = Progress(
    phase: .transferring, itemCount: 0, itemTotal: 0, byteCount: 0, byteTotal: 0)
  private let start = monotonicNanoseconds()

  var local: LocalReplica { encounter.local }
  var peer: Peer { encounter.peer }
  private var remoteSide: Side { localSide.other }

  /// The replicas that the run may change, in the order in which it does: the other end's first,
  /// so that what this one is to have of it is there.
  var order: [Side] { Self.order(localSide, isTwoWay: isTwoWay, options) }

  /// Scans both ends.
  init(
    local path: [UInt8], other: Location, localSide: Side, isTwoWay: Bool, _ options: RunOptions,
    _ report: @escaping (Event) -> Void
  ) throws(SessionError) {
    var options = options
    if isTwoWay { options.deletes = true }
    self.options = options
    self.isTwoWay = isTwoWay
    self.localSide = localSide
    self.other = other
    self.report = report
    try RootGuard.checkState(options, path, other)
    try RootGuard.check(path, other, options)
    let order = Self.order(localSide, isTwoWay: isTwoWay, options)
    let role: Open.Role =
      switch (order.contains(localSide), order.contains(localSide.other)) {
      case (true, true): .both
      case (true, false): .source
      default: .destination
      }
    encounter = try Encounter(
      local: path, with: other, role: role,
      makesRoot: order.contains(.destination) ? .destination : nil, localSide: localSide,
      needsHistory: isTwoWay || order.contains(localSide),
      // Where versions decide, it must be known before whether both ends have the same.
      defersHashing: !isTwoWay && !options.isDryRun, options
    ) { count, byteCount in report(.progress(Progress(scanned: count, byteCount))) }
  }

  private static func order(
    _ localSide: Side, isTwoWay: Bool, _ options: RunOptions
  ) -> [Side] {
    guard isTwoWay else { return [.destination] }
    return switch options.direction {
    case .both: [localSide.other, localSide]
    case .push: [.destination]
    case .pull: [.source]
    }
  }

  /// Compares, reconciles, transfers, applies and records.
  func run() throws(SessionError) -> Summary {
    do {
      for problem in local.problems + encounter.theirProblems { note(problem) }
      noteClocks()
      try guardRun { if let refusal = encounter.refusal { throw refusal } }
      try guardRun(checkRoots)
      try acquaint()
      let comparison = try Comparison(encounter, .state) { reportCompared($0) }
      let differences = PairedDifferences(comparison: comparison, localSide: localSide)
      let plan = try Plan(
        differences, rules: rules, order: order, copying: copyingAll(comparison),
        isUnknown: encounter.isUnknown)
      try guardRun { try check(plan.tally) }
      try noteBlocked(in: differences)
      try announceConflicts(of: plan)
      let isRefused = plan.tally.unsettledCount > 0 && options.conflictPolicy == .fail
      if options.isDryRun || isRefused {
        if !isRefused { for side in order { try plan.forEachAction(at: side, announce) } }
      } else {
        try carryOut(plan, of: differences)
        try discountFailures(of: plan)
      }
      try peer.close {
        sumUp(comparison, plan.tally)
        try remember()
      }
      summary.seconds = Double(monotonicNanoseconds() - start) / 1e9
      return summary
    } catch {
      peer.abandon()
      throw local.setAsideIndex(after: error) ?? SessionError(error)
    }
  }

  /// How much there is to do if one end has nothing and takes over all that the other has: so no entry
  /// can be what the rules would not copy.
  ///
  /// PERF: 5 % of the time in which small files are copied to the other end, which waits for the first
  /// of them, and 9 % where they are copied to this one.
  private func copyingAll(_ comparison: Comparison) -> Tally? {
    guard local.index.isNew, local.view.tombstoneCount == 0, !encounter.hasUnknown else {
      return nil
    }
    if encounter.ready.entryCount == 0, order.contains(remoteSide) {
      // All that is here has never been elsewhere.
      return Tally(
        copying: local.view.liveCount, byteCount: local.view.byteCount, to: remoteSide)
    }
    let theirs = comparison.theirs
    guard local.view.liveCount == 0, order.contains(localSide), theirs.areTakenOver,
      // What is left out there or here has been found, too.
      options.filter.isEmpty
    else { return nil }
    return Tally(copying: theirs.count, byteCount: theirs.byteCount, to: localSide)
  }

  private var rules: Rules {
    guard !isTwoWay else { return .twoWay(TwoWay(policy: options.conflictPolicy)) }
    let introduction =
      localSide == .destination ? encounter.introductions.local : encounter.introductions.remote
    return .oneWay(
      OneWay(
        deletes: options.deletes, destination: introduction.replica,
        epoch: introduction.nextEpoch, now: wallClockNanoseconds()))
  }

  /// Makes the changes, at the other end first, and has both remember what they agree on then.
  private func carryOut(_ plan: Plan, of differences: PairedDifferences) throws {
    let isComplete = !encounter.hasUnknown && options.filter.isEmpty
    if plan.tally.isEmpty, !isAcquainted {
      guard isComplete, encounter.ready.stateRoot == local.view.state.root else { return }
      return try local.noteEqual(to: encounter.introductions.remote)
    }
    try local.hear(encounter.introductions.remote, as: other.name)
    progress.itemTotal = plan.tally.itemCount.source + plan.tally.itemCount.destination
    progress.byteTotal = plan.tally.byteCount
    if order.contains(remoteSide), plan.tally.itemCount[remoteSide] > 0 {
      try push(plan, of: differences)
    }
    if order.contains(localSide), plan.tally.itemCount[localSide] > 0 {
      try pull(plan, of: differences)
    }
    try record(plan)
    try local.renewView()
    let root = local.view.state.root
    try finishRemote(isComplete ? .complete(stateRoot: root) : .run)
    if isComplete, theirRoots?.stateRoot == root {
      try local.noteEqual(to: encounter.introductions.remote)
    }
  }

  /// Has both ends take over versions of what they have already.
  private func record(_ plan: Plan) throws {
    var changes: [Recorded] = []
    var stream = EntryStreamWriter()
    try plan.forEachRecord { action in
      // What has not been hashed is the next run's.
      guard isDone(action), action.after.attributes.isHashed else { return }
      if action.side == localSide {
        let mine = try local.entry(at: action.path)
        try local.checkVersions(of: action.after, over: mine?.entry)
        changes.append(Recorded(entry: action.after, stamp: mine?.stamp ?? .none))
        guard changes.count == 4096 else { return }
        try local.record(changes)
        changes = []
      } else {
        let room = Frame.maximumPayloadByteCount - stream.bytes.count
        if 2 * action.path.key.count + 32_768 > room {
          try peer.send(Frame(.record, stream.bytes))
          stream = EntryStreamWriter()
        }
        stream.write(action.after)
      }
    }
    try local.record(changes)
    if !stream.bytes.isEmpty { try peer.send(Frame(.record, stream.bytes)) }
  }

  /// Calls `body` with the directories of an end that are opened to more users, but for those with something
  /// in them that is still to be closed to some, and has failed.
  func forEachOpening(
    of plan: Plan, at side: Side, in differences: PairedDifferences,
    _ body: (Action) throws -> Void
  ) throws {
    guard plan.tally.openedCount[side] > 0 else { return }
    var kept: Set<Path> = []
    for path in undone {
      let entries = try differences.entries(at: path)
      guard let old = entries[side]?.attributes, old.isLive else { continue }
      if let new = entries[side.other]?.attributes, new.isLive, old.mode & ~new.mode & 0o077 == 0 {
        continue
      }
      var above = path
      while above != .root, kept.insert(above.parent).inserted { above = above.parent }
    }
    try plan.forEachOpening(at: side) { action in
      if !kept.contains(action.path) { try body(action) }
    }
  }

  /// Whether a replica is likely to have something of a content that it is to have.
  func mayRebuild(_ action: Action) -> Bool {
    let attributes = action.after.attributes
    guard action.isContentWanted, attributes.isHashed,
      attributes.size > ContentReader.inlineByteCount
    else { return false }
    if let before = action.before?.attributes, before.kind == .file, before.size > 0 { return true }
    let isEmpty =
      action.side == localSide
      ? encounter.introductions.local.isEmpty : encounter.introductions.remote.isEmpty
    return attributes.size >= ChunkList.keptByteCount && !isEmpty
  }

  /// Whether what an end is to remember has come true at the other.
  private func isDone(_ action: Action) -> Bool {
    !failed.contains(action.path) && !(action.conflictCopy.map(failed.contains) ?? false)
  }

  /// Has the other end finish what it has begun, and hears its roots.
  func finishRemote(_ finish: Finish) throws {
    try peer.send(finish.frame)
    while true {
      let frame = try peer.receive()
      if frame.kind == .finished {
        theirRoots = try Finished(payload: frame.payload)
        return
      }
      try takeOutcomes(frame)
    }
  }

  /// Reports how many nodes have been compared.
  func reportCompared(_ count: Int) {
    report(
      .progress(
        Progress(phase: .comparing, itemCount: count, itemTotal: 0, byteCount: 0, byteTotal: 0)))
  }

  /// Reports how far the run is.
  func advance(items: Int = 0, bytes: Int64 = 0) {
    progress.itemCount = min(progress.itemCount + items, progress.itemTotal)
    progress.byteCount = min(progress.byteCount.saturatingSum(with: bytes), progress.byteTotal)
    report(.progress(progress))
  }

  /// Reports how far the run is within a content of which `byteCount` bytes are there.
  func reach(_ byteCount: Int64) {
    var reached = progress
    reached.byteCount = min(
      progress.byteCount.saturatingSum(with: byteCount), progress.byteTotal)
    report(.progress(reached))
  }

  private func sumUp(_ comparison: Comparison, _ tally: Tally) {
    summary.take(encounter, comparison)
    if let theirRoots { summary.remoteRoot = theirRoots.contentRoot }
    summary.extraneousCount = tally.extraneousCount
    summary.leftCount = tally.leftCount
    summary.conflictCount = tally.conflictCount
    summary.unsettledCount = tally.unsettledCount
  }

  private func remember() throws(IndexError) {
    guard !options.isDryRun else { return }
    let now = wallClockNanoseconds()
    if options.deletes, order == [localSide] { try local.noteDeletion() }
    try local.remember(
      RunRecord(
        finished: now, peer: other.name, exitCode: summary.exitCode,
        itemCount: summary.changeCount),
      PeerRecord(replica: encounter.ready.replica, name: other.name, seen: now),
      at: encounter.introductions.remote.place)
  }
}
