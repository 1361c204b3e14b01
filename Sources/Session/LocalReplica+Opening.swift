internal import FileSystem
internal import Glibc

/// The root, the locks and the stage of a replica when a run begins.
extension LocalReplica {
  /// Opens the root, or finds out that it could be made.
  static func openRoot(
    _ opening: Opening
  ) throws(SystemError) -> (Root, isMissing: Bool) {
    if opening.makesRoot, !opening.isDryRun { try makeDirectory(at: opening.path) }
    do {
      return (try Root(openingDirectoryAt: opening.path), false)
    } catch {
      guard error.isAbsence, opening.makesRoot, let place = PlaceInDirectory(of: opening.path)
      else {
        throw error
      }
      let outer = try Root(openingDirectoryAt: place.parent)
      let directory = try outer.openDirectory(.root)
      // A link to nothing is in the way.
      guard (try? directory.status(of: place.name)) == nil else { throw error }
      try directory.requireWriting()
      return (outer, true)
    }
  }

  /// Opens the directory of the state, or makes it; nil in a dry run where there is none.
  static func openState(of root: Root, _ opening: Opening) throws(SessionError) -> StatePlace? {
    // A state elsewhere knows nothing of what was deleted, which would come back.
    if opening.needsHistory, opening.stateDirectory == nil,
      let cause = StatePlace.refusal(in: root)
    {
      throw .lockedState(
        path: opening.path, cause, StatePlace.foreignPart(of: root, after: cause))
    }
    do {
      return try StatePlace.open(
        for: root, at: opening.path, elsewhere: opening.stateDirectory, makes: !opening.isDryRun)
    } catch {
      if error.isLackOfSpace { throw SessionError(error) }
      throw .state(
        path: opening.path, error,
        opening.stateDirectory == nil ? StatePlace.foreignPart(of: root, after: error) : nil)
    }
  }

  /// Closes the state directory to others.
  static func close(_ directory: borrowing Directory) throws(SystemError) {
    guard try directory.status().mode & 0o077 != 0 else { return }
    // It may be somebody else's, or a file system's that keeps no modes.
    try? directory.setMode(0o700)
  }

  /// Removes what a killed run has left, if this one may and none is at work.
  static func clearStage(of root: Root) throws(SystemError) {
    do {
      guard let stage = try Stage(of: root), let lock = try Lock(stateDirectory(of: root)) else {
        return
      }
      defer { withExtendedLifetime(lock) {} }
      try stage.clear(now: wallClockNanoseconds())
    } catch {
      // Where a directory cannot be locked (`EBADF`), leftovers stay; a run with its state elsewhere may
      // have removed it by now.
      guard error.isRefusal || error.isAbsence || error.code == EBADF else { throw error }
    }
  }

  static func stateDirectory(of root: Root) throws(SystemError) -> Directory {
    try root.openDirectory(.root).openDirectory(StateDirectory.name)
  }

  /// Takes the lock of the state; nil in a dry run where there is none.
  static func lock(
    _ directory: borrowing Directory, _ opening: Opening
  ) throws -> Lock? {
    do {
      return try wait(opening) {
        try Lock("lock".utf8, in: directory, makes: !opening.isDryRun)
      }
    } catch let error as SystemError where error.isAbsence && opening.isDryRun {
      return nil
    }
  }

  /// Takes the lock of the tree, on the directory around its stage, before anything is staged or changed:
  /// another run may have its state, and that state's lock, elsewhere.
  func lockTree() throws {
    guard treeLock == nil else { return }
    do {
      while true {
        treeLock = nil
        let inode = try Self.stateDirectory(of: root).status().inode
        treeLock = try Self.wait(opening, atLeastSeconds: 1) {
          try Lock(Self.stateDirectory(of: root))
        }
        // The run that had it may have removed it, and another made one since.
        if try Self.stateDirectory(of: root).status().inode == inode { return }
      }
    } catch let error as SystemError where error.code == EBADF {
      // There are no such locks here: the state's alone holds.
    }
  }

  private static func wait(
    _ opening: Opening, atLeastSeconds least: Int = 0, for take: () throws -> Lock?
  ) throws -> Lock {
    let seconds = max(least, opening.lockWaitSeconds)
    let deadline = monotonicNanoseconds() + Int64(seconds) * 1_000_000_000
    while true {
      if let lock = try take() { return lock }
      guard monotonicNanoseconds() < deadline else { throw SessionError.busy(path: opening.path) }
      try Interruption.check()
      pause(nanoseconds: 100_000_000)
    }
  }
}
