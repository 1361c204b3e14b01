/// A path that could not be dealt with; the rest of the run goes on.
package struct Problem: Hashable, Sendable {
  /// What kind of problem it is.
  package enum Code: UInt8, Sendable, CaseIterable {
    /// A system call refused to show the path.
    case unreadable = 0
    /// The path was there, and then was not.
    case vanished = 1
    /// A device, socket or FIFO, which are left alone.
    case special = 2
    /// The file changed while it was read, or between.
    case changed = 3
    /// Another file system is mounted there, and it is not crossed.
    case mounted = 4
    /// The destination is no longer what the change was planned for.
    case precondition = 5
    /// Something that is to stay is in the way of what is to come.
    case inTheWay = 6
    /// The change failed at the destination.
    case failed = 7
    /// What arrived is not what was announced.
    case mismatch = 8
    /// The destination's disk, quota or file size limit is exhausted.
    case noSpace = 9
    /// A directory that was to go holds something that is to stay, left out by a rule or new.
    case notEmpty = 10
    /// The index of the replica, whose root the path is, is damaged and counts for nothing.
    case damagedIndex = 11
    /// The replica, whose root the path is, was away for longer than tombstones are kept.
    case outdated = 12

    /// Whether it is a problem of all of a replica, told of its root.
    package var isOfReplica: Bool { self == .damagedIndex || self == .outdated }
  }

  /// Where.
  package let path: Path
  /// What.
  package let code: Code
  /// The `errno` behind it, 0 if there is none.
  package let systemCode: Int32

  /// Creates a problem.
  package init(path: Path, code: Code, systemCode: Int32 = 0) {
    self.path = path
    self.code = code
    self.systemCode = systemCode
  }

  /// Whether something that was asked for is left undone, so that the run cannot claim success.
  package var isFailure: Bool {
    switch code {
    case .vanished, .special, .mounted, .notEmpty, .damagedIndex, .outdated: false
    default: true
    }
  }
}
