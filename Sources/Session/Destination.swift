internal import Apply
internal import Chunks
internal import FileSystem
internal import Hashing
internal import Index
internal import Reconcile
internal import Replica
internal import Transfer
internal import Wire

/// A replica that is changed, from either end: stages what arrives, and a batch at a time makes it
/// durable, moves it into place, and records it, in this order and no other.
///
/// Whatever is asked of it, it takes only versions that have seen its own.
final class Destination {
  /// How many changes, and how many staged bytes, make a batch.
  private static let batchChangeCount = 4096
  static let batchByteCount: Int64 = 64 << 20

  let replica: LocalReplica
  private let deletes: Bool
  private let stateDirectory: Directory
  var writer: ContentWriter
  var applier: Applier
  private var batch: [Step] = []
  var stagedByteCount: Int64 = 0
  /// Whether copies of what is here are in it, which do not count for that.
  var hasCopies = false
  /// The file that comes in pieces or parts, and how much of it has come.
  var streaming: (step: Step?, change: Change)?
  var streamedByteCount: Int64 = 0
  /// What the file that comes in parts is put together of.
  var parts: PartedFile?
  /// Large files on offer.
  var rebuilding: Rebuilding?
  var unmatched: Set<Path> = []
  /// Directories that have another mode until the end of the run; and before the batch under way.
  var modes: [Path: TemporaryMode] = [:]
  var formerModes: [Path: TemporaryMode] = [:]
  /// Whether something could not be made durable, after which nothing counts as such.
  private var hasFailedToSync = false
  var outcomes = Outcomes()
  /// Why new directories of the batch under way got no place in the tree.
  var refusals: [Path: Refusal] = [:]
  /// Conflict copies that this run has made.
  var kept: Set<Path> = []
  /// Paths that this run has renamed away.
  var movedAway: Set<Path> = []

  /// Prepares to change `replica`; throws `root` if it may not be.
  init(_ replica: LocalReplica, deletes: Bool) throws {
    self.replica = replica
    self.deletes = deletes
    let stage: Stage
    do {
      stateDirectory = try replica.root.openDirectory(.root)
        .openOrMakeDirectory(StateDirectory.name, mode: 0o700, givesAway: true)
    } catch {
      guard error.isRefusal else { throw error }
      throw SessionError.root(path: replica.opening.path, error)
    }
    try replica.lockTree()
    do {
      stage = try Stage(in: stateDirectory)
    } catch {
      guard error.isRefusal else { throw error }
      let part = StatePlace.foreignPart(of: replica.root, after: error)
      throw part.map { .state(path: replica.opening.path, error, $0) }
        ?? SessionError.root(path: replica.opening.path, error)
    }
    writer = ContentWriter(
      root: replica.root, stage: stage,
      syncs: !replica.opening.skipsSync, isInterrupted: { Interruption.isRequested })
    applier = Applier(
      root: replica.root, stage: try stateDirectory.openDirectory(Stage.name))
  }

  /// What became of changes since the last time this was asked.
  func takeOutcomes() -> Outcomes {
    defer { outcomes = Outcomes() }
    return outcomes
  }

  /// The paths, since the last time this was asked, whose content was to be had here and was not what
  /// it should be.
  func takeUnmatched() -> Set<Path> {
    defer { unmatched = [] }
    return unmatched
  }

  /// Takes a change.
  ///
  /// Throws if the change is none that a peer may ask for.
  func accept(_ change: Change) throws {
    guard streaming == nil, change.entry.path.isInTree else { throw Malformed.order }
    let step = try step(for: change)
    if let step, step.needsStaging { try makeRoom(for: change.entry.attributes.size) }
    if case .rebuild(let level, let sketch) = change.provision {
      return try noteOffer(change, step, level: level, sketch: sketch)
    }
    guard rebuilding == nil else { throw Malformed.order }
    let isStreamed = change.provision == .stream || change.provision == .parts
    guard !isStreamed || change.entry.attributes.kind == .file else { throw Malformed.kind }
    if change.provision == .parts { return try beginParts(step, change) }
    guard let step else {
      if isStreamed { try beginStreaming(nil, change) }
      return
    }
    switch change.provision {
    case .unavailable(let code, let systemCode):
      refuse(change.entry.path, code, systemCode)
    case .nothing where step.makesDirectory:
      try stage(step) { writer throws(StagingFailure) in
        try writer.makeDirectory(
          at: step.path, mode: modeForNow(step), isAlone: step.pathInNewDirectory == nil)
      }
    case .nothing, .deletion:
      try add(step)
    case .inline(let content):
      try stage(step) { writer throws(StagingFailure) in
        try writer.stage(content, change.entry.attributes, at: step.pathInNewDirectory)
      }
    case .copy(let source):
      try copy(step, from: source)
    case .rebuild, .parts: return
    case .move(let old):
      guard deletes, old.isInTree, step.decision == .create, change.entry.attributes.kind == .file,
        replica.mayChange(old, change.entry.attributes)
      else { throw Malformed.order }
      step.movedFrom = old
      step.chunks = try replica.index.chunks(of: old, change.entry.attributes)
      try add(step)
    case .stream: try beginStreaming(step, change)
    }
    if isStreamed, change.entry.attributes.size == 0 { try accept(piece: []) }
  }

  /// Whether more of a content is to come.
  var isReceiving: Bool { streaming != nil || rebuilding != nil }

  /// How many bytes of the content that is on its way have been written.
  var writtenByteCount: Int64 { writer.writtenByteCount }

  /// Takes a frame of content, or one that says what it will be; returns the answers.
  func accept(_ frame: Frame) throws -> [Frame] {
    if rebuilding != nil { return try accept(offered: frame) }
    switch frame.kind {
    case .content: try accept(piece: frame.payload)
    case .part: try accept(part: ContentPart(payload: frame.payload))
    case .digest: try accept(digest: frame.digest())
    default: throw Malformed.kind
    }
    return []
  }

  /// Begins the file that a change is to bring; its chunks are looked for unless they are known.
  func begin(_ step: Step, chunks: ChunkList? = nil) throws(StagingFailure) {
    if step.isResumable {
      try writer.begin(step.result.attributes, resumableAt: step.path, chunks: chunks)
    } else {
      try writer.begin(step.result.attributes, at: step.pathInNewDirectory)
    }
  }

  /// Decides what a change means here; nil if there is nothing left to be done about it.
  private func step(for change: Change) throws -> Step? {
    let entry = change.entry
    let before = try replica.entry(at: entry.path)
    let isDeletion = change.provision == .deletion
    guard isDeletion == !entry.attributes.isLive else { throw Malformed.kind }
    guard replica.mayChange(entry.path, entry.attributes) else { throw Malformed.order }
    if let before, replica.leavesOut(entry.path, before.entry.attributes) {
      // The other end does not know of it.
      refuse(entry.path, .inTheWay, 0)
      return nil
    }
    try replica.checkVersions(of: entry, over: before?.entry)
    if replica.isUnknown(entry.path) {
      refuse(entry.path, .unreadable, 0)
      return nil
    }
    guard let decision = Decision.turning(before?.entry, into: entry) else {
      outcomes.changeCount += 1
      return nil
    }
    guard decision != .delete || deletes else { throw Malformed.order }
    return Step(
      decision, before: before?.entry, stamp: before?.stamp ?? .none, result: entry,
      conflictCopy: change.conflictCopy, parentModified: change.parentModified)
  }

  func add(_ step: Step) throws {
    guard !step.needsStaging || step.staged != nil || step.movedFrom != nil else {
      return refuse(step.path, .mismatch, 0)
    }
    batch.append(step)
    if batch.count >= Self.batchChangeCount || stagedByteCount >= Self.batchByteCount {
      try flush()
    }
  }

  func refuse(_ path: Path, _ code: Problem.Code, _ systemCode: CInt) {
    outcomes.changeCount += 1
    outcomes.problems.append(Problem(path: path, code: code, systemCode: systemCode))
  }

  /// Makes the changes of the batch: content durable, preconditions, renames, directories
  /// durable, index.
  func flush() throws {
    guard !batch.isEmpty else { return }
    // What is unfinished gets no place in the tree, neither alone nor within a directory.
    writer.leave()
    writer.closeDirectories()
    let steps = batch
    batch = []
    stagedByteCount = 0
    hasCopies = false
    if steps.contains(where: { $0.staged != nil }) { try syncFileSystem() }
    let planned = try planModes(for: steps)
    try replica.expect(
      steps.lazy.filter { $0.decision != .record }.map(\.result), planned.all)
    open(planned.opened)
    var recorded: [Recorded] = []
    var chunks: [KeptChunks] = []
    var changedModes: [Path] = []
    for step in steps {
      var isMade = true
      do {
        if let stamp = try make(step) {
          recorded.append(Recorded(entry: step.result, stamp: stamp))
          if let list = step.chunks { chunks.append(KeptChunks(list, of: step.result)) }
        }
        outcomes.changeCount += 1
      } catch {
        isMade = false
        // What is in a directory that has got no place has none either.
        if case .directory(let directory) = step.staged { refusals[directory.path] = error }
        if let staged = step.staged { writer.discard(staged) }
        refuse(step.path, error.code, error.systemCode)
      }
      if settleMode(of: step, isMade: isMade) { changedModes.append(step.path) }
    }
    refusals.removeAll()
    applier.restoreDirectoryTimes()
    if steps.contains(where: { $0.decision != .record }) { try syncFileSystem() }
    try replica.record(recorded, chunks, changedModes.map { ($0, modes[$0]) })
    for file in chunks { writer.removePartials(of: file.path) }
  }

  /// Ends the changes so far, of which nothing may be under way.
  func finishPart() throws {
    guard !isReceiving else { throw Malformed.order }
    try flush()
  }

  /// Ends the changes, of which nothing may be under way.
  func finish() throws {
    guard !isReceiving else { throw Malformed.order }
    try settle()
    if !replica.hasStateInRoot {
      removeStage()
    } else if StatePlace.isAnotherUsers(replica.root) {
      // It is root's, for nobody else to see what waits in it, and would be in the user's way.
      try? stateDirectory.removeDirectory(Stage.name)
    }
  }

  /// Makes the changes that have come whole, and gives directories the modes that would have been in the
  /// way. After a failure to make something durable that is left to the next run.
  func settle() throws {
    guard !hasFailedToSync else { return }
    try flush()
    try endModes()
  }

  /// After an error keeps what has come whole: the next run need not bring it again.
  func salvage() {
    end { try settle() }
  }

  /// After an error of the peer's keeps nothing that waits.
  func drop() {
    end { if !hasFailedToSync { try endModes() } }
  }

  /// Takes a last step after an error, when what is half written is taken back.
  private func end(_ body: () throws -> Void) {
    do {
      try replica.abandonTransaction()
      try body()
    } catch {
      // The error that there was before is told of; the next run mends what this one leaves.
    }
  }

  /// Leaves nothing in a root that does not hold its state.
  private func removeStage() {
    // If either is not empty, it has partial files, or what somebody else has put there.
    try? stateDirectory.removeDirectory(Stage.name)
    try? replica.root.openDirectory(.root).removeDirectory(StateDirectory.name)
  }

  private func syncFileSystem() throws(SystemError) {
    guard !replica.opening.skipsSync else { return }
    do {
      try writer.directory.syncFileSystem()
    } catch {
      hasFailedToSync = true
      throw error
    }
  }
}
