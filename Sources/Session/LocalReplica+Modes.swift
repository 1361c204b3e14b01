internal import FileSystem
internal import Index
internal import Replica

extension LocalReplica {
  /// Gives directories that have a mode for the time of a run their own again, the inner ones first, and
  /// durably; a mode that somebody has changed meanwhile stays. What cannot be changed is tried
  /// again by the next run. What is noted is forgotten with the next commit.
  func endTemporaryModes() throws {
    guard !opening.isDryRun else { return }
    let modes = try index.temporaryModes()
    guard !modes.isEmpty else { return }
    var ended: [Path] = []
    var failure: SystemError?
    for mode in modes.reversed() {
      do {
        // By its name: its mode may not even let it be opened.
        let parent = try root.openDirectory(mode.path.parent)
        let status = try parent.status(of: mode.path.name)
        if status.kind == .directory, (status.mode ^ mode.now) & Attributes.modeMask == 0 {
          try parent.setMode(mode.path.name, mode.later)
        }
      } catch {
        if !error.isAbsence {
          failure = error
          continue
        }
      }
      ended.append(mode.path)
    }
    if !opening.skipsSync { try syncFileSystem() }
    try begin()
    for path in ended { try index.forgetMode(of: path) }
    if let failure { throw failure }
  }
}

extension Attributes {
  /// Whether this is a directory in which its owner could not change things.
  var isUnworkable: Bool { kind == .directory && mode & 0o700 != 0o700 }
}
