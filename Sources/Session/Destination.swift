internal import Apply
internal import FileSystem
internal import Index
internal import Reconcile
internal import Replica
internal import Transfer
internal import Wire

/// The replica that is changed, from either end: stages what arrives, and a batch at a time makes
/// it durable, moves it into place, and records it, in this order and no other.
final class Destination {
  /// How many changes, and how many staged bytes, make a batch.
  private static let batchChangeCount = 1024
  private static let batchByteCount: Int64 = 64 << 20

  private let replica: LocalReplica
  private let rules: OneWay
  private let now: Int64
  private let stateDirectory: Directory
  private var writer: ContentWriter
  private var applier: Applier
  private var batch: [Step] = []
  private var stagedByteCount: Int64 = 0
  private var streaming: (change: Change, plan: Plan, isBroken: Bool)?
  private var deferredModes: [Step] = []
  private var outcomes = Outcomes()

  /// What is to be done about one change.
  private struct Plan {
    let decision: Decision
    let before: Entry?
    let stamp: Stamp
    let result: Entry
  }

  /// A change that is ready to be made.
  private struct Step {
    let plan: Plan
    /// Where its content waits in the stage.
    var staged: [UInt8]?
    /// The target of a link.
    var target: [UInt8]?
    var parentModified: Int64?
    var path: Path { plan.result.path }
  }

  /// Prepares to change `replica`; what a killed run has left in the stage goes.
  init(_ replica: LocalReplica, deletes: Bool) throws {
    self.replica = replica
    rules = OneWay(deletes: deletes, destination: replica.index.replica)
    now = wallClockNanoseconds()
    stateDirectory = try replica.root.openDirectory(.root)
      .openOrMakeDirectory(StateDirectory.name, mode: 0o700)
    let stage = try Stage(in: stateDirectory)
    try stage.clear()
    writer = ContentWriter(root: replica.root, stage: stage)
    applier = Applier(
      root: replica.root, stage: try stateDirectory.openDirectory(Stage.name))
  }

  /// Whether pieces of a file are expected.
  var isStreaming: Bool { streaming != nil }

  /// What became of changes since the last time this was asked.
  func takeOutcomes() -> Outcomes {
    defer { outcomes = Outcomes() }
    return outcomes
  }

  /// Takes a change; false if it was to be copied from content here that is not what it should be.
  ///
  /// Throws if the change is none that a source may ask for.
  func accept(_ change: Change) throws -> Bool {
    guard streaming == nil, change.entry.path.isInTree else { throw Malformed.order }
    guard let plan = try plan(for: change) else { return true }
    switch change.provision {
    case .unavailable(let code, let systemCode):
      refuse(change.entry.path, code, systemCode)
    case .nothing, .deletion:
      try add(Step(plan: plan, parentModified: change.parentModified))
    case .inline(let content):
      if change.entry.attributes.kind == .link {
        try add(Step(plan: plan, target: content, parentModified: change.parentModified))
      } else {
        try stage(change, plan) { writer throws(StagingFailure) in
          try writer.stage(content, change.entry.attributes)
        }
      }
    case .copy(let source):
      return try copy(change, plan, from: source)
    case .stream:
      var isBroken = false
      do {
        try writer.begin(change.entry.attributes)
      } catch {
        refuse(change.entry.path, error)
        isBroken = true
      }
      streaming = (change, plan, isBroken)
      streamedByteCount = 0
      if change.entry.attributes.size == 0 { try accept(piece: []) }
    }
    return true
  }

  /// Takes a piece of the file that a change announced; an empty one says that no more can come.
  func accept(piece: [UInt8]) throws {
    guard let (change, plan, isBroken) = streaming else { throw Malformed.order }
    if piece.isEmpty {
      streaming = nil
      writer.abandon()
      if !isBroken { refuse(change.entry.path, .changed, 0) }
      return
    }
    streamedByteCount += Int64(piece.count)
    let isLast = streamedByteCount >= change.entry.attributes.size
    if isLast { streaming = nil }
    guard !isBroken else { return }
    do {
      try writer.write(piece)
    } catch {
      refuse(change.entry.path, error)
      if !isLast { streaming = (change, plan, true) }
      return
    }
    if isLast {
      try stage(change, plan) { writer throws(StagingFailure) in try writer.finish() }
    }
  }

  private var streamedByteCount: Int64 = 0

  /// Decides what a change means here; nil if there is nothing left to be done about it.
  private func plan(for change: Change) throws -> Plan? {
    let entry = change.entry
    let before = try replica.entry(at: entry.path)
    let isDeletion = change.provision == .deletion
    guard isDeletion == !entry.attributes.isLive else { throw Malformed.kind }
    let decision = rules.decide(source: entry, destination: before?.entry)
    guard
      let result = rules.result(
        of: decision, source: entry, destination: before?.entry, deleted: now)
    else { throw Malformed.kind }
    if decision == .leave { throw Malformed.order }
    if replica.isUnknown(entry.path) {
      refuse(entry.path, .unreadable, 0)
      return nil
    }
    if decision == .nothing {
      outcomes.changeCount += 1
      return nil
    }
    return Plan(
      decision: decision, before: before?.entry, stamp: before?.stamp ?? .none, result: result)
  }

  private func copy(_ change: Change, _ plan: Plan, from source: Path) throws -> Bool {
    do {
      let staged = try writer.stage(copyOf: source, change.entry.attributes)
      outcomes.matchedByteCount += change.entry.attributes.size
      stagedByteCount += change.entry.attributes.size
      try add(Step(plan: plan, staged: staged.name, parentModified: change.parentModified))
    } catch StagingFailure.mismatch {
      return false
    } catch let failure as StagingFailure {
      refuse(change.entry.path, failure)
    }
    return true
  }

  private func stage(
    _ change: Change, _ plan: Plan,
    _ body: (inout ContentWriter) throws(StagingFailure) -> StagedContent
  ) throws {
    do {
      let staged = try body(&writer)
      stagedByteCount += change.entry.attributes.size
      try add(Step(plan: plan, staged: staged.name, parentModified: change.parentModified))
    } catch let failure as StagingFailure {
      refuse(change.entry.path, failure)
    }
  }

  private func add(_ step: Step) throws {
    let needsContent =
      (step.plan.decision == .create || step.plan.decision == .update)
      && step.plan.result.attributes.kind != .directory
    guard !needsContent || step.staged != nil || step.target != nil else {
      return refuse(step.path, .mismatch, 0)
    }
    batch.append(step)
    if batch.count >= Self.batchChangeCount || stagedByteCount >= Self.batchByteCount {
      try flush()
    }
  }

  private func refuse(_ path: Path, _ code: Problem.Code, _ systemCode: CInt) {
    outcomes.changeCount += 1
    outcomes.problems.append(Problem(path: path, code: code, systemCode: systemCode))
  }

  private func refuse(_ path: Path, _ failure: StagingFailure) {
    switch failure {
    case .mismatch: refuse(path, .mismatch, 0)
    case .system(let error):
      let refusal = Refusal(error)
      refuse(path, refusal.code, refusal.systemCode)
    }
  }

  /// Makes the changes of the batch: content durable, preconditions, renames, directories
  /// durable, index.
  func flush() throws {
    guard !batch.isEmpty else { return }
    let steps = batch
    batch = []
    stagedByteCount = 0
    if steps.contains(where: { $0.staged != nil }) { try syncFileSystem() }
    var recorded: [Recorded] = []
    for step in steps {
      do {
        if let stamp = try make(step) {
          recorded.append(Recorded(entry: step.plan.result, stamp: stamp))
        }
        outcomes.changeCount += 1
      } catch {
        if let name = step.staged { writer.discard(name) }
        refuse(step.path, error.code, error.systemCode)
      }
    }
    applier.restoreDirectoryTimes()
    if steps.contains(where: { $0.plan.decision != .record }) { try syncFileSystem() }
    try replica.record(recorded)
  }

  /// Makes the last changes, and gives directories the modes that would have been in the way.
  func finish() throws {
    try flush()
    batch = deferredModes
    deferredModes = []
    isFinishing = true
    try flush()
    if !replica.hasStateInRoot { removeStage() }
  }

  private var isFinishing = false

  /// Leaves nothing in a root that does not hold its state.
  private func removeStage() {
    // If either is not empty, somebody else has put something there, which is not ours to remove.
    try? stateDirectory.removeDirectory(Stage.name)
    try? replica.root.openDirectory(.root).removeDirectory(StateDirectory.name)
  }

  /// Makes one change and returns the stamp to record; nil if it is recorded later.
  private func make(_ step: Step) throws(Refusal) -> Stamp? {
    let path = step.path
    let attributes = step.plan.result.attributes
    if let modified = step.parentModified, step.plan.decision != .record {
      applier.setParentTime(of: path, to: modified)
    }
    switch step.plan.decision {
    case .nothing, .leave: return nil
    case .record: return step.plan.stamp
    case .delete:
      guard let before = step.plan.before else { return nil }
      try applier.remove(
        path, before.attributes, step.plan.stamp, stagedAs: writer.makeName())
      return Stamp.none
    case .metadata where attributes.kind == .directory:
      return try makeDirectory(step, exists: true)
    case .metadata:
      guard let before = step.plan.before else { return nil }
      return fresh(
        try applier.setMetadata(
          of: path, to: attributes, before.attributes, step.plan.stamp), attributes)
    case .create, .update:
      if attributes.kind == .directory { return try makeDirectory(step, exists: false) }
      var name = step.staged ?? writer.makeName()
      if let target = step.target {
        name = writer.makeName()
        try applier.stageLink(name, target: target, modified: attributes.modified)
      }
      do {
        return fresh(try applier.install(name, at: path, precondition(step)), attributes)
      } catch {
        writer.discard(name)
        throw error
      }
    }
  }

  /// Makes a directory or sets its mode; one that its owner could not change things in gets that
  /// mode at the end of the run.
  private func makeDirectory(_ step: Step, exists: Bool) throws(Refusal) -> Stamp? {
    let mode = step.plan.result.attributes.mode
    let isDeferred = mode & 0o300 != 0o300 && !isFinishing
    if exists {
      if !isDeferred, let before = step.plan.before {
        _ = try applier.setMetadata(
          of: step.path, to: step.plan.result.attributes, before.attributes, .none)
      }
    } else {
      try applier.makeDirectory(
        at: step.path, mode: isDeferred ? mode | 0o700 : mode, precondition(step),
        stagedAs: writer.makeName())
    }
    guard isDeferred else { return Stamp.none }
    let made = Entry(
      path: step.path, attributes: .directory(mode: mode | 0o700), vector: step.plan.result.vector)
    deferredModes.append(
      Step(
        plan: Plan(
          decision: .metadata, before: made, stamp: .none, result: step.plan.result)))
    return nil
  }

  private func precondition(_ step: Step) -> Precondition {
    guard let before = step.plan.before, before.attributes.isLive else { return .absent }
    return .present(before.attributes, step.plan.stamp)
  }

  /// The stamp of a file that this run has put in place, unless its time is so late that a change
  /// right after could go unnoticed.
  private func fresh(_ stamp: Stamp, _ attributes: Attributes) -> Stamp {
    replica.clock.isRacy(given: attributes.modified) ? .unknown : stamp
  }

  private func syncFileSystem() throws(SystemError) {
    if !replica.opening.skipsSync { try writer.directory.syncFileSystem() }
  }
}

extension Path {
  /// Whether the path is one that a run may change: neither a replica's state nor in it.
  var isInTree: Bool {
    !key.split(separator: Path.separator).contains { $0.elementsEqual(StateDirectory.name) }
  }
}
