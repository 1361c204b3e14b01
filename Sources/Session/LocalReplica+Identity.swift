internal import FileSystem
internal import Hashing
internal import Index
internal import Replica
internal import Wire

/// Who the replica is, which has to be another one whenever its state may be that of another tree:
/// two writers with one identity would lose each other's changes.
extension LocalReplica {
  /// Notices a state that was copied or restored with its root, or that belongs to another root; that is
  /// refused, but a dry run goes on.
  func checkIdentity() throws {
    let identity = try root.identity() + machineID()
    let known = try index.value(of: "root")
    guard known != identity else { return }
    if known != nil {
      if !hasStateInRoot, !opening.forces {
        let foreign = SessionError.safety(.foreignState(path: opening.path))
        guard opening.isDryRun else { throw foreign }
        refusal = foreign
      }
      try renewIdentity()
    }
    try index.set("root", to: identity)
  }

  /// Makes durable what former runs have left to the system. If the machine was started again meanwhile, any
  /// of it may be lost or torn, and the state proves nothing. A run that leaves anything is noted before.
  func settleUnsynced() throws {
    let boot = [1] + bootID()
    let unsynced = try index.value(of: Self.unsyncedField) ?? []
    if unsynced.isEmpty {
      guard opening.skipsSync else { return }
      try index.set(Self.unsyncedField, to: boot)
      // A new identity must not be kept before the scan that it is for.
      guard !opening.isDryRun, !isRestored, let stateDirectory else { return }
      try commit()
      try Root(openingDirectoryAt: stateDirectory).openDirectory(.root).syncFileSystem()
      return try begin()
    }
    // Where the starts cannot be told apart, each may be another one.
    if unsynced != boot || boot.count == 1 {
      try renewIdentity()
      mayBeTorn = true
    }
    if opening.skipsSync { return try index.set(Self.unsyncedField, to: boot) }
    guard !opening.isDryRun else { return }
    do {
      try root.openDirectory(.root).syncFileSystem()
    } catch {
      guard error.isReadOnly else { throw error }
      return
    }
    try index.set(Self.unsyncedField, to: [])
  }

  /// When the machine had been started at which a run left to the system what it wrote.
  private static let unsyncedField = "unsynced"

  /// Tells apart where this root and others are, on this machine and others, however they are named. Of
  /// machines made from one image the name may be all that differs.
  static func place(of path: [UInt8]) throws(SystemError) -> UInt64 {
    var hasher = SHA256()
    let machine = try machineID() + hostName() + [0]
    return hasher.digest(of: machine + (try absolutePath(of: path))).prefix
  }

  /// Goes on as another replica, which nobody has heard of.
  func renewIdentity() throws(IndexError) {
    lastTrusted = VersionVector.Counter(
      replica: index.replica, value: index.knowledge.lastSeen(of: index.replica))
    try index.take(identity: ReplicaID(rawValue: Self.randomNumber()))
    isRestored = true
  }

  /// Who this replica is and what it knows of others.
  var introduction: Introduction {
    Introduction(
      replica: index.replica, place: place, epoch: index.epoch,
      nextEpoch: index.epoch + epochStep, clock: wallClockNanoseconds(), knowledge: index.knowledge,
      isEmpty: isEmpty)
  }

  /// Whether there is any entry that is remembered.
  var remembersSomething: Bool { index.rowSum != .zero }

  /// Whether nothing is remembered, and nothing is in the root, nor partial files in the stage.
  func holdsNothing() throws(SystemError) -> Bool {
    guard !remembersSomething,
      try Stage(of: root)?.partials(now: wallClockNanoseconds()).isEmpty ?? true
    else { return false }
    var listing = Listing()
    try root.openDirectory(.root).list(into: &listing)
    return listing.found.allSatisfy { StateDirectory.isName(listing.name(of: $0)) }
  }

  /// Learns what another replica knows, before the scan; false if this replica turns out to have
  /// been set back, or away too long, and goes on as another one. One that is not changed in the
  /// run need not know what has expired, and one that is only compared learns nothing.
  func meet(_ theirs: Introduction, as role: Open.Role) throws(SessionError) -> Bool {
    guard role != .compared else { return true }
    do {
      try begin()
      let latest = latestTime(given: theirs)
      var told = theirs.knowledge
      if role == .source { told.forgetExpired() }
      if theirs.replica == index.replica
        || told.tellsOfAnotherCourse(of: index.replica, than: index.epochs)
      {
        try renewIdentity()
        return false
      }
      var knowledge = index.knowledge
      knowledge.merge(told, now: latest, own: index.replica)
      // One that has met nobody has nothing that it could bring back.
      if !index.isNew, knowledge.isOutdated(index.replica, by: told) {
        try replaceIndex(.outdated)
        return false
      }
      knowledge.note(theirs.replica, in: theirs.epoch, now: latest, keeping: index.replica)
      knowledge.expire(keeping: index.replica, now: min(credibleTime, theirs.clock))
      try index.take(knowledge)
      return true
    } catch {
      throw SessionError(error)
    }
  }

  /// The time at which another replica is heard of: by the later of both clocks, since nobody is given up
  /// too late, if they are not a year apart. None before this program was made is right.
  private func latestTime(given other: Introduction) -> Int64 {
    let heard = index.knowledge.members[index.replica]?.heard ?? 0
    let now = max(wallClockNanoseconds(), heard, Self.firstRelease)
    return max(now, min(other.clock, now.saturatingSum(with: Knowledge.retention / 2)))
  }

  /// The first of January 2026, in nanoseconds since 1970.
  private static let firstRelease: Int64 = 1_767_225_600_000_000_000

  /// Notes how far another replica has come by its scan, before anything is taken from it: if it is
  /// ever set back behind that, it will be told. With a name, it has taken part in a run with it now.
  func hear(_ other: Introduction, as name: [UInt8]? = nil) throws(IndexError) {
    guard !opening.isDryRun else { return }
    let now = wallClockNanoseconds()
    var knowledge = index.knowledge
    knowledge.note(
      other.replica, in: other.nextEpoch, now: latestTime(given: other),
      keeping: index.replica)
    try begin()
    try index.take(knowledge)
    if let name {
      try index.remember(PeerRecord(replica: other.replica, name: name, seen: now), at: other.place)
    }
    try commit()
  }

  /// Notes that this replica and another hold the same entries, to be kept with the run.
  func noteEqual(to other: Introduction) throws(IndexError) {
    guard !opening.isDryRun else { return }
    var knowledge = index.knowledge
    knowledge.note(
      other.replica, in: other.nextEpoch, now: latestTime(given: other),
      keeping: index.replica)
    knowledge.noteEqual(index.replica, other.replica)
    try begin()
    try index.take(knowledge)
  }

  /// Remembers the run, and who took part in it and where, and keeps what was noted before.
  func remember(_ run: RunRecord, _ peer: PeerRecord, at place: UInt64) throws(IndexError) {
    try begin()
    try index.remember(run)
    try index.remember(peer, at: place)
    try index.set(Self.replacementField, to: [])
    var knowledge = index.knowledge
    knowledge.note(index.replica, in: index.epoch, now: credibleTime)
    try index.take(knowledge)
    try index.sweepChunks()
    try commit()
  }

  /// Opens the index once more, since SQLite tells a read that has failed as damage.
  func reopenIndex() throws {
    try? abandonTransaction()
    // The lock of the former goes with it.
    let replica = index.replica
    try take(try Index(path: [], newReplica: replica, syncs: false))
    try abandonTransaction()
    let (opened, isReplaced) = try Self.openIndex(in: stateDirectory, opening)
    try take(opened)
    if isReplaced { try note(replacement: .damagedIndex) }
    try checkIdentity()
    try settleUnsynced()
  }

  /// Begins with an index that remembers nothing but why; throws if it is the disk that cannot be read, and
  /// not the index that is damaged.
  func replaceIndex(_ reason: Problem.Code) throws {
    try? abandonTransaction()
    // The lock of the former goes with it.
    try take(try Index(path: [], newReplica: index.replica, syncs: false))
    if reason == .damagedIndex, let stateDirectory { try Self.confirmDamage(in: stateDirectory) }
    try abandonTransaction()
    try take(Self.newIndex(in: stateDirectory, opening))
    try note(replacement: reason)
    try checkIdentity()
    try settleUnsynced()
  }

  /// Notes, until a run has come to its end, why a new index was begun in the place of another.
  func note(replacement reason: Problem.Code) throws(IndexError) {
    replacement = reason
    hasReplacedIndex = true
    try index.set(Self.replacementField, to: [reason.rawValue])
  }

  /// Why the index was begun in the place of another, in a former run that did not come to its end.
  func formerReplacement() throws(IndexError) -> Problem.Code? {
    guard let code = try index.value(of: Self.replacementField)?.first,
      let reason = Problem.Code(rawValue: code), reason.isOfReplica
    else { return nil }
    return reason
  }

  private static let replacementField = "replacement"

  /// Sets the index aside if an error tells that it is damaged where a scan does not look: the next run
  /// has a new one. Returns the error that there is instead, if it is not.
  func setAsideIndex(after error: any Error) -> SessionError? {
    guard case .index(.corrupt) = SessionError(error), !opening.isDryRun, !hasReplacedIndex,
      stateDirectory != nil
    else { return nil }
    do {
      try replaceIndex(.damagedIndex)
      try commit()
      return nil
    } catch {
      // What cannot be renamed is found damaged again.
      guard case .inputOutput(let cause) = SessionError(error) else { return nil }
      return .inputOutput(cause)
    }
  }

  /// Opens the index; in place of one that cannot be read a new one is begun. In a dry run where
  /// there is none, it is in memory.
  static func openIndex(
    in directory: [UInt8]?, _ opening: Opening
  ) throws -> (Index, isReplaced: Bool) {
    let replica = ReplicaID(rawValue: randomNumber())
    let syncs = !opening.skipsSync
    guard let directory, try indexByteCount(in: directory, opening) > 0 || !opening.isDryRun else {
      return (try Index(path: [], newReplica: replica, syncs: syncs), false)
    }
    // A read that has failed once is told as damage, too.
    for _ in 0..<2 {
      if let index = try storedIndex(of: replica, in: directory, syncs: syncs) {
        return (index, false)
      }
    }
    try confirmDamage(in: directory)
    return (try newIndex(in: directory, opening), true)
  }

  /// The index that is stored, or that of `replica` if none is; nil if it is damaged.
  private static func storedIndex(
    of replica: ReplicaID, in directory: [UInt8], syncs: Bool
  ) throws -> Index? {
    let path = try pathOfMadeIndex(in: directory)
    do { return try Index(path: path, newReplica: replica, syncs: syncs) } catch IndexError.corrupt
    {
      return nil
    }
  }

  /// Begins an index that remembers nothing; one that is there is set aside. In a dry run it stays,
  /// and the new one is in memory.
  private static func newIndex(in directory: [UInt8]?, _ opening: Opening) throws -> Index {
    var path: [UInt8] = []
    if let directory, !opening.isDryRun {
      try setAsideIndex(in: directory)
      path = try pathOfMadeIndex(in: directory)
    }
    let replica = ReplicaID(rawValue: randomNumber())
    return try Index(path: path, newReplica: replica, syncs: !opening.skipsSync)
  }

  /// Where the index is, an empty one if there was none: what root has SQLite make is root's.
  private static func pathOfMadeIndex(in directory: [UInt8]) throws(SystemError) -> [UInt8] {
    try Root(openingDirectoryAt: directory).openDirectory(.root)
      .makeFileIfAbsent("index".utf8, mode: 0o644)
    return try indexPath(in: directory)
  }

  /// Where the index is.
  ///
  /// RACE: SQLite opens a path and no name in a directory that is held, but follows no link.
  private static func indexPath(in directory: [UInt8]) throws(SystemError) -> [UInt8] {
    try absolutePath(of: directory) + Array("/index".utf8)
  }

  /// The size of the index, 0 if there is none; throws if a link or anything else stands for it.
  private static func indexByteCount(in directory: [UInt8], _ opening: Opening) throws -> Int64 {
    let state = try Root(openingDirectoryAt: directory).openDirectory(.root)
    var byteCount: Int64 = 0
    for name in ["index-journal", "index"] {
      byteCount = 0
      do {
        let status = try state.status(of: name.utf8)
        guard status.kind == .file else {
          throw SessionError.unsafeState(path: opening.path, name: name)
        }
        byteCount = status.size
      } catch let error as SystemError where error.isAbsence {}
    }
    return byteCount
  }

  /// Throws unless an index that nobody has open is damaged: if the disk cannot be read, or could not when
  /// it was tried, which SQLite tells as the same.
  private static func confirmDamage(in directory: [UInt8]) throws {
    guard try readIndex(in: Root(openingDirectoryAt: directory).openDirectory(.root)),
      try Index.isSound(at: indexPath(in: directory))
    else { return }
    throw SessionError.inputOutput(.passingReadFailure)
  }

  /// Renames the files of an index that counts for nothing, so that a new one can take their place.
  private static func setAsideIndex(in directory: [UInt8]) throws {
    let state = try Root(openingDirectoryAt: directory).openDirectory(.root)
    for (name, newName) in [("index", "index.corrupt"), ("index-journal", "index.corrupt-journal")]
    {
      do {
        try state.rename(name.utf8, to: state, as: newName.utf8, .replace)
      } catch {
        guard error.isAbsence else { throw error }
      }
    }
  }

  /// Reads the whole file of the index; false if there is none.
  private static func readIndex(in state: borrowing Directory) throws -> Bool {
    do {
      let file = try state.openFile("index".utf8)
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      while try file.read(into: &buffer) == buffer.count { try Interruption.check() }
      return true
    } catch let error as SystemError {
      guard error.isAbsence else { throw SessionError.inputOutput(error) }
      return false
    }
  }
}
