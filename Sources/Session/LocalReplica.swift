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
}

/// The replica at this end: its root, its lock, its index and what a scan made of it.
final class LocalReplica {
  let root: Root
  let opening: Opening
  /// The directory that holds the state; nil in a dry run where there is none.
  let stateDirectory: [UInt8]?
  /// Whether the state lies in the root.
  let hasStateInRoot: Bool
  private(set) var index: Index
  /// What the run sees; empty before the scan.
  private(set) var view = ViewBuilder(Filter()).finish()
  private(set) var report = ScanReport()
  private(set) var clock = FileClock(now: .min, granularity: 0)
  private let lock: Lock?
  private var isInTransaction = false
  private var cached: CachedRow?
  private var unknown = UnknownPaths([])

  /// Opens the replica and locks it.
  init(_ opening: Opening) throws(SessionError) {
    self.opening = opening
    do {
      if opening.makesRoot { try makeDirectory(at: opening.path) }
      root = try Root(openingDirectoryAt: opening.path)
    } catch {
      throw .root(path: opening.path, error)
    }
    do {
      let place = try StatePlace.open(
        for: root, at: opening.path, elsewhere: opening.stateDirectory,
        makes: !opening.isDryRun)
      var isInRoot = true
      if let place {
        stateDirectory = place.path
        isInRoot = place.isInRoot
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
      index = try Self.openIndex(in: stateDirectory, opening)
      if opening.isDryRun { try begin() }
      try Self.checkIdentity(of: index, root, opening, isInRoot: isInRoot)
    } catch let error as SystemError where !error.isLackOfSpace {
      throw .root(path: opening.path, error)
    } catch {
      throw SessionError(error)
    }
  }

  private static func lock(
    _ directory: borrowing Directory, _ opening: Opening
  ) throws -> Lock {
    let deadline = monotonicNanoseconds() + Int64(opening.lockWaitSeconds) * 1_000_000_000
    let pause = Monitor(())
    while true {
      if let lock = try Lock("lock".utf8, in: directory) { return lock }
      guard monotonicNanoseconds() < deadline else { throw SessionError.busy(path: opening.path) }
      try Interruption.check()
      var isFirst = true
      _ = pause.wait(poll: {
        defer { isFirst = false }; return !isFirst
      }) { _ in Void?.none }
    }
  }

  /// Opens the index; one that cannot be read is set aside, and a new one begun.
  private static func openIndex(in directory: [UInt8]?, _ opening: Opening) throws -> Index {
    let replica = ReplicaID(rawValue: randomNumber())
    let syncs = !opening.skipsSync
    guard let directory else { return try Index(path: [], newReplica: replica, syncs: syncs) }
    let path = directory + Array("/index".utf8)
    do {
      return try Index(path: path, newReplica: replica, syncs: syncs)
    } catch IndexError.corrupt {
      try setAsideIndex(in: directory)
      return try Index(path: path, newReplica: replica, syncs: syncs)
    }
  }

  /// Renames the files of an index that cannot be read, so that a new one can take their place.
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

  /// Notices a state that was copied or restored with its root, or that belongs to another root.
  private static func checkIdentity(
    of index: Index, _ root: Root, _ opening: Opening, isInRoot: Bool
  ) throws {
    var identity: [UInt8] = []
    identity.append(fixed: try root.status().inode)
    identity.append(fixed: try root.fileSystemID())
    identity.append(contentsOf: machineID())
    guard let known = try index.value(of: "root") else {
      return try index.set("root", to: identity)
    }
    guard known != identity else { return }
    guard isInRoot || opening.forces else {
      throw SessionError.safety(.foreignState(path: opening.path))
    }
    try index.take(identity: ReplicaID(rawValue: randomNumber()))
    try index.set("root", to: identity)
  }

  static func randomNumber() -> UInt64 {
    randomBytes(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Looks at the whole tree and brings the index and the view up to date.
  func scan(progress: (Int, Int64) -> Void) throws(SessionError) {
    do {
      do {
        try scanOnce(progress)
      } catch IndexError.corrupt {
        isInTransaction = false
        if let stateDirectory { try Self.setAsideIndex(in: stateDirectory) }
        index = try Self.openIndex(in: stateDirectory, opening)
        try Self.checkIdentity(of: index, root, opening, isInRoot: true)
        try scanOnce(progress)
      }
    } catch {
      try? abandonTransaction()
      throw SessionError(error)
    }
  }

  private func scanOnce(_ progress: (Int, Int64) -> Void) throws {
    try begin()
    let target = ScanTarget(index, opening.filter, commitsEvery: opening.isDryRun ? nil : 10)
    let options = ScanOptions(
      filter: opening.filter, rehashes: opening.rehashes, replica: index.replica,
      now: wallClockNanoseconds(), clock: clock)
    report = try Scanner.scan(root, into: target, options) { count, byteCount in
      try Interruption.check()
      progress(count, byteCount)
    }
    try target.finish()
    if report.foundCount == 0, report.rememberedCount > 0, report.problems.isEmpty,
      !opening.forces
    {
      throw SessionError.safety(
        .emptied(path: opening.path, formerCount: report.rememberedCount))
    }
    view = target.takeView()
    unknown = UnknownPaths(report.unknown)
    if !opening.isDryRun { try commit() }
  }

  /// The entry at `path` that the run sees, with its stamp.
  func entry(at path: Path) throws -> (entry: Entry, stamp: Stamp)? {
    if !(cached?.covers(path) ?? false) {
      cached = try index.row(containing: path.key).map { row in
        CachedRow(row: row, end: try index.firstKey(after: row.summary.firstKey))
      }
    }
    guard let bucket = cached?.row.bucket, let position = bucket.run.index(of: path.key.span)
    else { return nil }
    return (bucket.run.entry(at: position), bucket.stamps[position])
  }

  /// The row that the last lookup was in: lookups mostly come in key order.
  private struct CachedRow {
    let row: BucketRow
    /// The first key of the next row.
    let end: [UInt8]?

    func covers(_ path: Path) -> Bool {
      !path.key.span.precedes(row.summary.firstKey.span)
        && end.map { path.key.span.precedes($0.span) } ?? true
    }
  }

  /// Puts entries into the index, durably unless this is a dry run.
  func record(_ changes: [Recorded]) throws {
    guard !changes.isEmpty else { return }
    cached = nil
    try begin()
    try index.update(changes.sorted { $0.entry.path < $1.entry.path })
    try commit()
  }

  /// Builds the view again from the index as it is now.
  func renewView() throws {
    var builder = ViewBuilder(opening.filter)
    var key: [UInt8] = []
    while true {
      let rows = try index.rows(from: key, limit: 64)
      for row in rows { builder.append(row.summary, row.bucket.run) }
      guard let last = rows.last else { break }
      key = last.summary.firstKey + [0]
    }
    view = builder.finish(former: view)
  }

  /// Whether a path lies where the scan could not look.
  func isUnknown(_ path: Path) -> Bool {
    unknown.covers(path)
  }

  private func begin() throws(IndexError) {
    guard !isInTransaction else { return }
    try index.begin()
    isInTransaction = true
  }

  private func commit() throws(IndexError) {
    guard isInTransaction, !opening.isDryRun else { return }
    try index.commit()
    isInTransaction = false
  }

  private func abandonTransaction() throws(IndexError) {
    guard isInTransaction else { return }
    isInTransaction = false
    try index.rollback()
  }
}
