internal import Glibc

/// Removes `name` in `directory` and, of a directory, everything in it, however deep; nothing if
/// there is no such name. Links are removed, not followed.
///
/// Directories in it are moved up into `directory` under random names before they are emptied, so
/// that no depth costs descriptors or memory. `directory` must therefore be ours alone, as a stage
/// is. Throws `EBUSY` for a mount point, which cannot be moved, and leaves what is mounted as it is.
package func removeTree(
  _ name: some Collection<UInt8>, in directory: borrowing Directory
) throws(SystemError) {
  var listing = Listing()
  var pending: [[UInt8]] = []
  try remove(name, in: directory, orMoveTo: directory, &pending)
  while let moved = pending.popLast() {
    let child = try directory.openDirectory(moved)
    try child.list(into: &listing)
    for found in listing.found {
      try remove(listing.name(of: found), in: child, orMoveTo: directory, &pending)
    }
    try directory.removeDirectory(moved)
  }
}

/// Removes `name` unless it is a directory with something in it, which is moved to `destination`
/// under a name that `moved` gets.
private func remove(
  _ name: some Collection<UInt8>, in directory: borrowing Directory,
  orMoveTo destination: borrowing Directory, _ moved: inout [[UInt8]]
) throws(SystemError) {
  do {
    return try directory.removeFile(name)
  } catch {
    if error.code == ENOENT { return }
    guard error.code == EISDIR else { throw error }
  }
  do {
    return try directory.removeDirectory(name)
  } catch {
    guard error.isNotEmpty else { throw error }
  }
  // Without the owner's permissions, neither it can be moved nor anything in it be removed.
  try directory.setMode(name, 0o700)
  let newName = randomName()
  try directory.rename(name, to: destination, as: newName, .replace)
  moved.append(newName)
}
