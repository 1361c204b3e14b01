internal import FileSystem
internal import Replica

extension LocalReplica {
  /// Gives directories that a killed run has left with a mode for the time of its changes the one that
  /// they were to have, the inner ones first: nobody has asked for the other.
  func setExpectedModes() throws {
    guard !opening.isDryRun else { return }
    let directories = try index.expected().values
      .filter { $0.attributes.isUnworkable }.sorted { $1.path < $0.path }
    for entry in directories {
      // What is not there, or is no longer ours, is looked at by the scan.
      guard let directory = try? root.openDirectory(entry.path),
        try directory.status().mode & Attributes.modeMask == entry.attributes.workableMode
      else { continue }
      try? directory.setMode(entry.attributes.mode)
    }
  }
}

extension Attributes {
  /// Whether this is a directory in which its owner could not change things.
  var isUnworkable: Bool { kind == .directory && mode & 0o700 != 0o700 }

  /// The mode that such a directory has while things in it are changed.
  var workableMode: UInt16 { mode | 0o700 }
}
