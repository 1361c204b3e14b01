import FileSystem
import Foundation
import Glibc
import Hashing
import Replica
import Scan
import TestSupport

/// A tree of its own for one test, and the index that its scans go into.
struct ScannedTree {
  /// The replica that scans.
  static let replica = ReplicaID(rawValue: 7)
  /// The time of deletions found.
  static let now: Int64 = 1_700_000_000_000_000_000
  /// A clock by which no status is racy.
  static let calmClock = FileClock(now: .max, granularity: 0)
  /// A clock by which every status is.
  static let racyClock = FileClock(now: 0, granularity: 1)

  let temporary: TemporaryDirectory
  let index = MemoryIndex()

  init() throws {
    temporary = try TemporaryDirectory()
  }

  /// Scans once more; another root than its own if that is given.
  @discardableResult
  func scan(
    _ root: Root? = nil,
    including included: [String] = [], excluding patterns: [String] = [], rehashes: Bool = false,
    deferring deferral: Deferral = .none, expected: [Path: Entry] = [:],
    notesNameChanges: Bool = true, trustsStamps: Bool = true, clock: FileClock = calmClock,
    into index: MemoryIndex? = nil,
    progress: (Int, Int64) throws -> Void = { _, _ in }
  ) throws -> ScanReport {
    let rules =
      try included.map { try Filter.Rule(includes: true, pattern: Array($0.utf8)) }
      + patterns.map { try Filter.Rule(includes: false, pattern: Array($0.utf8)) }
    let index = index ?? self.index
    index.begin()
    let report = try Scanner.scan(
      root ?? temporary.root(), into: index,
      ScanOptions(
        filter: Filter(rules: rules), rehashes: rehashes, deferral: deferral,
        notesNameChanges: notesNameChanges, trustsStamps: trustsStamps,
        observer: Observer(
          replica: Self.replica, epoch: 1, now: Self.now, expected: expected), clock: clock),
      progress: progress)
    index.end()
    index.edit { rows in
      for path in report.doubtful ?? [] { rows.forgetStamp(of: path) }
    }
    return report
  }

  func file(_ path: String, _ text: String = "content") throws {
    try makeFile(temporary.appending(path), text)
  }

  func directory(_ path: String) throws {
    try makeDirectory(bytes(path))
  }

  func link(_ path: String, to target: String) throws {
    guard symlink(target, temporary.appending(path)) == 0 else { throw SystemFailure("symlink") }
  }

  func fifo(_ path: String) throws {
    guard mkfifo(temporary.appending(path), 0o600) == 0 else { throw SystemFailure("mkfifo") }
  }

  func remove(_ path: String) throws {
    guard Glibc.remove(temporary.appending(path)) == 0 else { throw SystemFailure("remove") }
  }

  func removeAll(_ path: String) throws {
    try FileManager.default.removeItem(atPath: temporary.appending(path))
  }

  func rename(_ path: String, _ newPath: String) throws {
    guard Glibc.rename(temporary.appending(path), temporary.appending(newPath)) == 0 else {
      throw SystemFailure("rename")
    }
  }

  /// Returns when the file system's clock has gone on, so that what changes from now on gets another
  /// stamp than what was.
  func tick() throws {
    let other = try TemporaryDirectory()
    let root = try other.root()
    let start = try root.status().changed
    var last = start
    while last == start {
      try makeDirectory(Array(other.appending("probe").utf8))
      guard rmdir(other.appending("probe")) == 0 else { throw SystemFailure("rmdir") }
      last = try root.status().changed
    }
  }

  func status(_ path: String) throws -> Status {
    try temporary.root().status(of: Path(slashed: Array(path.utf8)))
  }

  /// The stamp that is remembered of a path.
  func stamp(_ path: String) throws -> Stamp? {
    let path = try Path(slashed: Array(path.utf8))
    return zip(index.entries, index.stamps).first { $0.0.path == path }?.1
  }

  func bytes(_ path: String) -> [UInt8] { Array(temporary.appending(path).utf8) }

  /// The paths remembered, in the index's order, with a slash between names.
  var paths: [String] {
    index.entries.map { String(decoding: $0.path.slashed, as: UTF8.self) }
  }

  /// What is remembered of a path.
  func entry(_ path: String) throws -> Entry? {
    let path = try Path(slashed: Array(path.utf8))
    return index.entries.first { $0.path == path }
  }

  /// How often the replica has changed a path.
  func version(_ path: String) throws -> UInt64? {
    try entry(path)?.vector[Self.replica]
  }
}

/// The SHA-256 of a text.
func digest(_ text: String) -> Digest {
  var sha256 = SHA256()
  return sha256.digest(of: Array(text.utf8))
}
