internal import Chunks
internal import FileSystem
internal import Hashing
internal import Index
internal import Merkle
internal import Replica
internal import Scan

/// What a run needs to know to open a replica.
struct Opening {
  var path: [UInt8]
  var stateDirectory: [UInt8]?
  var filter: Filter
  var isDryRun: Bool
  var rehashes: Bool
  var skipsSync: Bool
  var forces: Bool
  var lockWaitSeconds: Int
  /// Whether a root that is not there is made, in a directory that is.
  var makesRoot = false
  /// Whether the run goes by what is remembered of the replica: all but a copy from it, and what only
  /// looks at it.
  var needsHistory = false
}

/// The replica at this end: its root, its lock, its index and what a scan made of it.
final class LocalReplica {
  /// The root; in a dry run that would make it, the directory that it would be made in.
  let root: Root
  /// Whether there is no root yet.
  private let isMissing: Bool
  let opening: Opening
  /// Tells apart where the root and others are.
  let place: UInt64
  /// The directory that holds the state; nil in a dry run where there is none.
  let stateDirectory: [UInt8]?
  /// Whether the state lies in the root.
  let hasStateInRoot: Bool
  private(set) var index: Index
  /// What the run sees; empty before the scan.
  private(set) var view = ViewBuilder(Filter()).finish()
  private(set) var report = ScanReport()
  /// What the run is to tell of the replica before anything is changed.
  var problems: [Problem] {
    report.problems + (replacement.map { [Problem(path: .root, code: $0)] } ?? [])
  }
  private(set) var clock = FileClock(now: .min, granularity: 0)
  private let lock: Lock?
  /// Held while the tree is changed, wherever the state is.
  var treeLock: Lock?
  /// The time by which this run may give other replicas up.
  private(set) var credibleTime = Int64.min
  /// Why a new index was begun in the place of another since the last run that came to its end, if one was.
  var replacement: Problem.Code?
  /// Whether this run has done so.
  var hasReplacedIndex = false
  /// Whether the replica has taken part in no run with another yet, under whatever identity.
  var isNew: Bool { index.isNew && replacement == nil }
  /// What would have stopped a run that is no dry one.
  var refusal: SessionError?
  /// Whether there was nothing when the replica was opened.
  private(set) var isEmpty = false
  /// By how much this run takes the replica to a later epoch: one for what the scan finds, one for
  /// what the run changes, and some at random, so that no other course of events has the same.
  let epochStep = 2 + randomNumber() % (1 << 20)
  private var isInTransaction = false
  /// Whether the state is one of another tree than this, or of this one at another time, so that
  /// what it says of files proves nothing.
  var isRestored = false
  /// Whether files may be what a power cut has left of them.
  var mayBeTorn = false
  /// The last change of a former identity that others surely know.
  var lastTrusted: VersionVector.Counter?
  /// The row that the last lookup was in.
  var cached: CachedRow?
  /// The tree over what entries say but for their versions, if it was asked for.
  var attributesTree: Tree?
  private var unknown = UnknownPaths([])
  /// Whether a former run's expectations are kept, of places where the scan could not look.
  private(set) var keepsExpected = false
  /// Where the batch of changes that is under way has noted what it is to bring about.
  var expectedPaths: [Path] = []
  /// Entries whose files were hashed when they were sent, to be recorded together.
  var learnt: [Recorded] = []
  var learntChunks: [KeptChunks] = []
  /// How many there have been.
  var learntCount = 0

  /// Opens the replica and locks it.
  init(_ opening: Opening) throws(SessionError) {
    self.opening = opening
    do {
      (root, isMissing) = try Self.openRoot(opening)
      place = try Self.place(of: opening.path)
    } catch {
      throw .root(path: opening.path, error)
    }
    do {
      let place = try isMissing ? nil : Self.openState(of: root, opening)
      var isInRoot = true
      if let place {
        stateDirectory = place.path
        isInRoot = place.isInRoot
        if isInRoot, !opening.isDryRun { try Self.close(place.directory) }
        lock = try Self.lock(place.directory, opening)
        if !place.isInRoot {
          // Another file system tells nothing of this one's clock: the coarsest there is, then.
          clock = FileClock(now: wallClockNanoseconds(), granularity: 2_000_000_000)
        } else if !opening.isDryRun {
          clock = try FileClock(probing: place.directory)
        }
      } else {
        stateDirectory = nil
        lock = nil
      }
      hasStateInRoot = isInRoot
      if !opening.isDryRun { try Self.clearStage(of: root) }
      let isReplaced: Bool
      (index, isReplaced) = try Self.openIndex(in: stateDirectory, opening)
      credibleTime = index.knowledge.credibleTime(of: index.replica, now: wallClockNanoseconds())
      do {
        try begin()
        replacement = try formerReplacement()
        if isReplaced { try note(replacement: .damagedIndex) }
        try checkIdentity()
        try settleUnsynced()
        if !isMissing { try settleDisplaced() }
        isEmpty = try isMissing || holdsNothing()
      } catch {
        throw setAsideIndex(after: error) ?? error
      }
    } catch let error as SystemError where !error.isLackOfSpace {
      throw .root(path: opening.path, error)
    } catch {
      throw SessionError(error)
    }
  }

  static func randomNumber() -> UInt64 {
    randomBytes(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Looks at the whole tree and brings the index and the view up to date.
  ///
  /// Files of `deferral` are not hashed until they are sent. What `progress` throws ends the scan, and so
  /// does `confirm`, which is asked before new files are kept that have not been hashed.
  func scan(
    deferring deferral: Deferral = .none, progress: (Int, Int64) throws -> Void,
    confirm: () throws -> Void = {}
  ) throws {
    var damageCount = 0
    while true {
      do {
        do {
          return try scanOnce(deferral, progress, confirm)
        } catch IndexError.corrupt where damageCount < 2 {
          damageCount += 1
          if damageCount == 1 { try reopenIndex() } else { try replaceIndex(.damagedIndex) }
        }
      } catch {
        try? abandonTransaction()
        throw error
      }
    }
  }

  private func scanOnce(
    _ deferral: Deferral, _ progress: (Int, Int64) throws -> Void, _ confirm: () throws -> Void
  ) throws {
    try begin()
    guard !isMissing else { return }
    cached = nil
    do {
      try endTemporaryModes()
    } catch let error as SystemError where error.isRefusal {
      // Where nothing may be changed, what there is is looked at all the same.
    }
    let now = wallClockNanoseconds()
    let nextEpoch = introduction.nextEpoch
    let target = ScanTarget(
      index, opening.filter,
      commitsEvery: opening.isDryRun || isRestored || deferral == .new ? nil : 10
    ) { [unowned self] in
      // What is remembered outlasts a power cut, and so must what it is of.
      if !opening.skipsSync { try syncFileSystem() }
      try noteEpoch(nextEpoch)
      try commit()
      try begin()
    }
    let holdsListings = try suspendListings()
    let observer = Observer(
      replica: index.replica, epoch: nextEpoch - 1, now: now, doubtsRemembered: isRestored,
      doubtsFound: mayBeTorn, lastTrusted: lastTrusted, expected: try index.expected(),
      knowledge: index.knowledge, credibleTime: credibleTime)
    let options = ScanOptions(
      filter: opening.filter, rehashes: opening.rehashes || isRestored,
      deferral: deferral, notesNameChanges: try root.notesNameChanges(),
      trustsStamps: holdsListings, observer: observer, clock: clock,
      isInterrupted: { Interruption.isRequested })
    report = try Scanner.scan(root, into: target, options) { count, byteCount in
      try Interruption.check()
      try progress(count, byteCount)
    }
    try confirm()
    try target.finish()
    try keepListings(doubting: report.doubtful)
    try refuseEmptied()
    view = target.takeView()
    unknown = UnknownPaths(report.unknown)
    try noteEpoch(nextEpoch)
    try forgetExpected()
    isRestored = false
    mayBeTorn = false
    lastTrusted = nil
    if !opening.isDryRun {
      // What the index is to remember must outlast a power cut if the index does.
      if report.changedCount > 0, !opening.skipsSync { try syncFileSystem() }
      try commit()
    }
  }

  /// Refuses a root that had entries and has none any more: its disk may not be mounted. A dry run goes
  /// on.
  private func refuseEmptied() throws(SessionError) {
    // Of the root itself there is nothing to be said if it cannot be looked at.
    guard report.foundCount == 0, report.rememberedCount > 0, !report.unknown.contains(.root),
      !opening.forces
    else { return }
    let emptied = SessionError.safety(
      .emptied(
        path: opening.path, formerCount: report.rememberedCount,
        isFiltered: !opening.filter.isEmpty))
    guard opening.isDryRun else { throw emptied }
    refusal = refusal ?? emptied
  }

  /// Forgets what a killed run was to bring about, but for where the scan could not look.
  private func forgetExpected() throws(IndexError) {
    let expected = try index.expected()
    try index.clearExpected(at: expected.keys.filter { !isUnknown($0) })
    keepsExpected = expected.keys.contains(where: isUnknown)
  }

  /// Takes note that the replica has come to an epoch, before anything that counts by it is kept.
  private func noteEpoch(_ epoch: UInt64) throws {
    guard index.epoch < epoch else { return }
    var knowledge = index.knowledge
    // When it was, is noted at the end of a run: no scan brings it nearer to giving others up.
    knowledge.note(index.replica, in: epoch, now: 0)
    try index.take(epoch: epoch, knowledge)
  }

  func syncFileSystem() throws(SystemError) {
    do {
      try root.openDirectory(.root).syncFileSystem()
    } catch {
      // One that takes no writes, as after an error of its own, has none to wait for.
      guard error.isReadOnly else { throw error }
    }
  }

  /// Takes note that the index is about to have something else at some paths.
  func noteChanges(at paths: some Sequence<Path>) {
    cached = nil
    attributesTree = nil
    for path in paths { view.noteChange(at: path) }
  }

  /// Takes note that the index is about to have other versions of the entries of a row.
  func noteVersions(of row: BucketRow) {
    cached = nil
    view.noteVersions(of: row.bucket.run)
  }

  /// Brings the view up to date with the index.
  func renewView() throws {
    try view.renew(from: ShownBuckets(index: index, filter: opening.filter))
  }

  /// The content root, if all has been hashed that it is of.
  var contentRoot: Digest? {
    report.unhashedCount > learntCount ? nil : view.content.root
  }

  /// Whether a path lies where the scan could not look.
  func isUnknown(_ path: Path) -> Bool {
    unknown.covers(path)
  }

  /// Goes on with another index.
  func take(_ index: Index) throws(IndexError) {
    self.index = index
    cached = nil
    attributesTree = nil
    try begin()
  }

  func begin() throws(IndexError) {
    guard !isInTransaction else { return }
    try index.begin()
    isInTransaction = true
  }

  func commit() throws(IndexError) {
    guard isInTransaction, !opening.isDryRun else { return }
    try index.commit()
    isInTransaction = false
  }

  func abandonTransaction() throws(IndexError) {
    guard isInTransaction else { return }
    isInTransaction = false
    try index.rollback()
  }
}
