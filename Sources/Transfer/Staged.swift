package import FileSystem
package import Replica

/// What waits in the stage, its content checked against its digest.
package enum Staged {
  /// A file or a link, under a name in the stage.
  case alone(name: [UInt8])
  /// A directory, which others may have been put into.
  case directory(NewDirectory)
  /// What gets its place with a directory that it is in; and its stamp there.
  case inside(NewDirectory, Stamp)
}

/// Why content could not be staged.
package enum StagingFailure: Error {
  /// A system call failed.
  case system(SystemError)
  /// The bytes do not have the digest that was announced.
  case mismatch
  /// The run is to stop.
  case interrupted
}

/// Where in the stage a file or a link is made.
enum StagePlace {
  /// Under a name in the stage itself.
  case alone(name: [UInt8])
  /// In a new directory, at a path of the tree.
  case inside(NewDirectory, Path)

  /// Makes a file there.
  func createFile(in stage: borrowing Directory, mode: UInt16) throws(SystemError) -> File {
    switch self {
    case .alone(let name): try stage.createFile(name, mode: mode)
    case .inside(let directory, let path): try directory.createFile(at: path, mode: mode)
    }
  }

  /// Makes a link there.
  func makeLink(
    in stage: borrowing Directory, target: [UInt8], modified: Int64
  ) throws(SystemError) -> Staged {
    switch self {
    case .alone(let name):
      try stage.makeLink(name, target: target, modified: modified)
      return .alone(name: name)
    case .inside(let directory, let path):
      let stamp = try directory.makeLink(at: path, target: target, modified: modified)
      return .inside(directory, stamp)
    }
  }

  /// What waits there, with the stamp that it has.
  func staged(_ stamp: Stamp) -> Staged {
    switch self {
    case .alone(let name): .alone(name: name)
    case .inside(let directory, _): .inside(directory, stamp)
    }
  }

  /// Removes what did not turn out as it should.
  func remove(from stage: borrowing Directory) {
    switch self {
    // Whatever is left in the stage goes when the next run clears it.
    case .alone(let name): try? stage.removeFile(name)
    case .inside(let directory, let path): directory.removeFile(at: path)
    }
  }
}
