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
  private let root: Root
  /// The directory in it that was used last, open for the next entry.
  private var parent: Directory
  private var parentPath: Path

  /// Makes the directory that is to be at `path`, as `name` in the stage.
  init(
    at path: Path, mode: UInt16, as name: [UInt8], in stage: borrowing Directory
  ) throws(SystemError) {
    self.path = path
    self.name = name
    parentPath = path
    try stage.makeDirectory(name, mode: 0o700)
    parent = try stage.openDirectory(name)
    root = Root(try stage.openDirectory(name))
    try parent.setMode(mode)
  }

  /// Makes the file `path` in it, for writing.
  func createFile(at path: Path, mode: UInt16) throws(SystemError) -> File {
    try openParent(of: path)
    return try parent.createFile(path.name, mode: mode)
  }

  /// Makes the link `path` in it; returns its stamp.
  func makeLink(at path: Path, target: [UInt8], modified: Int64) throws(SystemError) -> Stamp {
    try openParent(of: path)
    try parent.makeLink(path.name, target: target, modified: modified)
    return Stamp(of: try parent.status(of: path.name))
  }

  /// Makes the directory `path` in it.
  func makeDirectory(at path: Path, mode: UInt16) throws(SystemError) {
    try openParent(of: path)
    try parent.makeDirectory(path.name, mode: 0o700)
    try parent.setMode(path.name, mode)
  }

  /// Removes the file `path` in it, or remembers that it could not.
  func removeFile(at path: Path) {
    do {
      try openParent(of: path)
      try parent.removeFile(path.name)
    } catch {
      isSpoiled = true
    }
  }

  private func openParent(of path: Path) throws(SystemError) {
    guard !path.isChild(of: parentPath) else { return }
    let opening = path.parent
    let start = min(self.path.key.count + 1, opening.key.count)
    parent = try root.openDirectory(Path(uncheckedKey: Array(opening.key[start...])))
    parentPath = opening
  }
}
