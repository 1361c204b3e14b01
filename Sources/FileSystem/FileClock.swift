/// The clock by which a file system stamps its files, and how fine its stamps are.
///
/// It tells the statuses that a later change could leave as they are: one of a file that was
/// changed within the same stamp as it was looked at (git's "racy" entries).
package struct FileClock: Sendable {
  /// The time of the probe by the file system, in nanoseconds since 1970.
  package let now: Int64

  /// A time, in nanoseconds, after which two changes have different stamps.
  package let granularity: Int64

  /// Creates a clock that was read before.
  package init(now: Int64, granularity: Int64) {
    self.now = now
    self.granularity = granularity
  }

  /// Reads the clock of `directory`'s file system from a file, `clock`, that is made there for a
  /// moment, by one process at a time.
  package init(probing directory: borrowing Directory) throws(SystemError) {
    let name = "clock".utf8
    do {
      // One that was killed has left it.
      try directory.removeFile(name)
    } catch {
      guard error.isAbsence else { throw error }
    }
    let file = try directory.createFile(name, mode: 0o600)
    do {
      try self.init(probing: file)
    } catch {
      // The error that is thrown says more than one of cleaning up would.
      try? directory.removeFile(name)
      throw error
    }
    try directory.removeFile(name)
  }

  /// An odd second and a fraction of which every coarser unit cuts more: what is lost tells the unit.
  private static let finestStamp: Int64 = 1_000_000_001_987_654_321

  private init(probing file: borrowing File) throws(SystemError) {
    now = try file.status().modified
    try file.setModified(Self.finestStamp)
    let lost = try file.status().modified - Self.finestStamp
    granularity = Self.granularity(losing: lost.magnitude)
  }

  /// The granularity of a file system that keeps `finestStamp` but for `lost` nanoseconds.
  ///
  /// Stamps that could be finer are taken at the kernel's tick, at most 10 milliseconds.
  static func granularity(losing lost: UInt64) -> Int64 {
    switch lost {
    case ..<10_000_000: 10_000_000
    case ..<1_000_000_000: 1_000_000_000
    case ..<2_000_000_000: 2_000_000_000
    default: .max
    }
  }

  /// Whether a change of the file after `status` was taken could leave the stamps as they are.
  ///
  /// The status change time alone tells, because nobody can set it: a file whose time of
  /// modification lies in the future is not racy for that.
  ///
  /// A scan reads its clock once, at the beginning, although most files are read later: one call
  /// that writes for long stamps the file when it begins, and is to be racy until the scan after
  /// its end.
  package func isRacy(_ status: Status) -> Bool {
    let (limit, isBeforeAll) = now.subtractingReportingOverflow(granularity)
    return isBeforeAll || status.changed >= limit
  }

  /// Whether a change of a file that this program has just given the time `modified` could leave
  /// that time as it is.
  package func isRacy(given modified: Int64) -> Bool {
    let (limit, isBeforeAll) = now.subtractingReportingOverflow(granularity)
    let (latest, isBehindAll) = wallClockNanoseconds().addingReportingOverflow(granularity)
    return isBeforeAll || (modified >= limit && (isBehindAll || modified <= latest))
  }
}
