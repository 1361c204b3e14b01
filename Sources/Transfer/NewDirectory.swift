internal import FileSystem
package import Replica

/// A directory that the destination does not have yet, filled in the stage under the names that its
/// entries are to have: one rename gives all of them their places.
package final class NewDirectory {
  /// Where it is to be.
  package let path: Path
  /// Its name in the stage.
  package let name: [UInt8]
  /// Whether it holds something that could not be removed and may get no place in the tree.
  package private(set) var isSpoiled = false
  private var parent: ParentDirectory

  /// Makes the directory that is to be at `path`, as `name` in the stage.
  init(
    at path: Path, mode: UInt16, as name: [UInt8], in stage: borrowing Directory
  ) throws(SystemError) {
    self.path = path
    self.name = name
    try stage.makeDirectory(name, mode: 0o700)
    let made = try stage.openDirectory(name)
    try made.setMode(mode)
    parent = ParentDirectory(Root(made), at: path)
  }

  /// Makes the file `path` in it, for writing.
  func createFile(at path: Path, mode: UInt16) throws(SystemError) -> File {
    try parent.open(around: path) { parent, name throws(SystemError) in
      try parent.createFile(name, mode: mode)
    }
  }

  /// Makes the link `path` in it; returns its stamp.
  func makeLink(at path: Path, target: [UInt8], modified: Int64) throws(SystemError) -> Stamp {
    try parent.open(around: path) { parent, name throws(SystemError) in
      try parent.makeLink(name, target: target, modified: modified)
      return Stamp(of: try parent.status(of: name))
    }
  }

  /// Makes the directory `path` in it.
  func makeDirectory(at path: Path, mode: UInt16) throws(SystemError) {
    try parent.open(around: path) { parent, name throws(SystemError) in
      try parent.makeDirectory(name, mode: 0o700)
      try parent.setMode(name, mode)
    }
  }

  /// Removes the file `path` in it, or remembers that it could not.
  func removeFile(at path: Path) {
    do {
      try parent.open(around: path) { parent, name throws(SystemError) in
        try parent.removeFile(name)
      }
    } catch {
      isSpoiled = true
    }
  }
}
