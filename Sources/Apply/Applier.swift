package import FileSystem
internal import Glibc
package import Replica

/// What must still be at a path just before it is changed.
package enum Precondition: Sendable {
  /// Nothing.
  case absent
  /// What the entry says, with the stamp that it was recorded with.
  case present(Attributes, Stamp)
}

/// Why a path was not changed; it is as it was.
package struct Refusal: Error, Equatable {
  /// What kind of problem it is.
  package let code: Problem.Code
  /// The `errno` behind it, or 0.
  package let systemCode: CInt

  /// A refusal of this kind, with the `errno` behind it if there is one.
  package init(_ code: Problem.Code, _ systemCode: CInt = 0) {
    self.code = code
    self.systemCode = systemCode
  }

  /// The refusal that a failed system call amounts to.
  package init(_ error: SystemError) {
    self.init(error.isLackOfSpace ? .noSpace : .failed, error.code)
  }
}

/// Changes one path at a time, each in one step that either happens or does not.
///
/// What is to come waits in the stage, and takes its place by a rename; what was there takes the
/// place in the stage by the same rename, is looked at once more, and put back if it is not what
/// the change was meant for.
package struct Applier: ~Copyable {
  private let root: Root
  private let stage: Directory
  private var parent: OpenParent?
  /// The modification time that each directory is to have again when its changes are over.
  private var directoryTimes: [Path: Int64] = [:]

  /// Changes what is below `root`, by way of `stage`, which is on the same file system.
  package init(root: Root, stage: consuming Directory) {
    self.root = root
    self.stage = stage
  }

  /// Says which modification time the directory around `path` has at the source.
  package mutating func setParentTime(of path: Path, to modified: Int64) {
    directoryTimes[path.parent] = modified
  }

  /// Gives what is staged its place; returns its stamp there.
  package mutating func install(
    _ name: [UInt8], at path: Path, _ precondition: Precondition
  ) throws(Refusal) -> Stamp {
    try inParent(of: path) { parent, stage, isInPlace throws(Refusal) in
      switch precondition {
      case .absent:
        return try Self.place(name, from: stage, at: path, in: parent, isInPlace)
      case .present(let attributes, let stamp):
        return try Self.replace(
          path, in: parent, by: name, from: stage, attributes, stamp, isInPlace)
      }
    }
  }

  /// Gives the file or link at a path another mode or modification time; returns its stamp.
  package mutating func setMetadata(
    of path: Path, to attributes: Attributes, _ before: Attributes, _ stamp: Stamp
  ) throws(Refusal) -> Stamp {
    try inParent(of: path) { parent, _, isInPlace throws(Refusal) in
      let seen: Status
      do throws(Refusal) {
        seen = try Self.check(path, in: parent, before, stamp)
      } catch {
        // Another name of the file may have been given it.
        guard let stamp = try Self.stamp(ofWhatHas: attributes, at: path, in: parent), isInPlace()
        else { throw error }
        return stamp
      }
      // RACE: here and where directories are changed, a moment is left in which it may be moved.
      guard isInPlace() else { throw Refusal(.precondition) }
      guard attributes.kind == .file else {
        return try Self.system { () throws(SystemError) in
          try parent.setModified(path.name, attributes.modified)
          return Stamp(of: try parent.status(of: path.name))
        }
      }
      return try Self.setMetadata(of: path.name, in: parent, to: attributes, seen)
    }
  }

  /// The stamp of what is at a path if it is what the entry says, down to its content; nil otherwise.
  private static func stamp(
    ofWhatHas attributes: Attributes, at path: Path, in parent: borrowing Directory
  ) throws(Refusal) -> Stamp? {
    guard let status = try? parent.status(of: path.name), attributes.agrees(with: status),
      try hasContent(path, in: parent, attributes)
    else { return nil }
    return Stamp(of: status)
  }

  /// Gives the directory at a path, whose mode is `before`, another; what of it does not travel stays.
  package mutating func setMode(
    of path: Path, to mode: UInt16, from before: UInt16
  ) throws(Refusal) {
    try inParent(of: path) { parent, _, isInPlace throws(Refusal) in
      let seen = try Self.check(path, in: parent, .directory(mode: before), .none)
      guard (seen.mode ^ before) & Attributes.modeMask == 0, isInPlace() else {
        throw Refusal(.precondition)
      }
      let kept = seen.mode & ~Attributes.modeMask
      try Self.system { () throws(SystemError) in
        try parent.setMode(path.name, mode & Attributes.modeMask | kept)
      }
    }
  }

  /// Removes what is at a path, a directory only if it is empty.
  package mutating func remove(
    _ path: Path, _ attributes: Attributes, _ stamp: Stamp, stagedAs name: [UInt8]
  ) throws(Refusal) {
    try inParent(of: path) { parent, stage, isInPlace throws(Refusal) in
      let before = try Self.check(path, in: parent, attributes, stamp)
      if attributes.kind == .directory {
        guard isInPlace() else { throw Refusal(.precondition) }
        do throws(SystemError) {
          return try parent.removeDirectory(path.name)
        } catch {
          throw error.isNotEmpty ? Refusal(.notEmpty) : Refusal(error)
        }
      }
      let displaced = DisplacedFile.name(of: path, name)
      try Self.system { () throws(SystemError) in
        try parent.rename(path.name, to: stage, as: displaced, .noReplace)
      }
      do throws(SystemError) {
        if try stage.status(of: displaced).isSameFile(as: before), isInPlace() {
          return try stage.removeFile(displaced)
        }
      } catch {
        try Self.putBack(displaced, from: stage, to: path, in: parent)
        throw Refusal(error)
      }
      try Self.putBack(displaced, from: stage, to: path, in: parent)
      throw Refusal(.precondition)
    }
  }

  /// The stamp of what is at a path.
  static func stamp(of path: Path, in parent: borrowing Directory) throws(Refusal) -> Stamp {
    try system { () throws(SystemError) in Stamp(of: try parent.status(of: path.name)) }
  }

  private static func putBack(
    _ name: [UInt8], from stage: borrowing Directory, to path: Path,
    in parent: borrowing Directory
  ) throws(Refusal) {
    try system { () throws(SystemError) in
      try stage.rename(name, to: parent, as: path.name, .noReplace)
    }
  }

  /// Gives the directories whose content was changed their modification times.
  package mutating func restoreDirectoryTimes() {
    parent = nil
    for (path, modified) in directoryTimes {
      // A directory that is gone, or that may not be written any more, keeps the time it has.
      try? root.openDirectory(path).setModified(modified)
    }
    directoryTimes.removeAll()
  }

  /// Opens the directory around a path; its time is restored when its changes are over.
  mutating func openDirectory(around path: Path) throws(Refusal) -> OpenParent {
    do {
      let opened = try OpenParent(path.parent, in: root)
      if directoryTimes[opened.path] == nil { directoryTimes[opened.path] = opened.status.modified }
      return opened
    } catch {
      throw Refusal(error)
    }
  }

  /// Calls `body` with the directory around `path`, opened from the root, the stage, and what tells
  /// whether the directory still is where it was: one that a user has moved, to a bin or an archive, is
  /// nothing of the tree's any more.
  ///
  /// Of files it is asked behind the rename, which can be taken back, and before anything is removed.
  mutating func inParent<Result>(
    of path: Path,
    _ body: (borrowing Directory, borrowing Directory, () -> Bool) throws(Refusal) -> Result
  ) throws(Refusal) -> Result {
    if !(parent.map { path.isChild(of: $0.path) } ?? false) {
      parent = nil
      parent = try openDirectory(around: path)
    }
    guard let parent else { preconditionFailure("the parent was just opened") }
    var isMoved = false
    // Another directory may be there by now.
    defer { if isMoved { self.parent = nil } }
    return try body(parent.directory, stage) {
      isMoved = !parent.isInPlace
      return !isMoved
    }
  }

  /// A directory that is kept open for one change after the other.
  final class OpenParent {
    let path: Path
    let directory: Directory
    /// The status when it was opened.
    let status: Status
    private let root: Root

    init(_ path: Path, in root: Root) throws(SystemError) {
      self.path = path
      self.root = root
      directory = try root.openDirectory(path)
      status = try directory.status()
    }

    /// Whether it is at its path now.
    var isInPlace: Bool {
      guard let now = try? root.status(of: path) else { return false }
      return now.inode == status.inode && now.device == status.device
    }
  }
}
