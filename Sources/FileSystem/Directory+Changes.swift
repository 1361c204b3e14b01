internal import CLinux
internal import Glibc

/// What a rename does when the new name is taken; the numbers are `renameat2(2)`'s.
package enum RenameMode: UInt32, Sendable {
  /// The file that has the name is replaced.
  case replace = 0
  /// The rename throws `EEXIST`.
  case noReplace = 1
  /// The two swap their names, of whatever kinds they are; both must exist.
  case exchange = 2
}

extension Directory {
  /// Makes the directory `name`, with `mode` less the process's mask.
  package func makeDirectory(
    _ name: some Collection<UInt8>, mode: UInt16 = 0o777
  ) throws(SystemError) {
    let name = try Name(name, for: "mkdirat")
    _ = try systemCall("mkdirat") {
      name.withPointer { unsafe mkdirat(descriptor, $0, mode_t(mode)) }
    }
  }

  /// Removes the empty directory `name`.
  package func removeDirectory(_ name: some Collection<UInt8>) throws(SystemError) {
    try unlink(name, AT_REMOVEDIR)
  }

  /// Removes `name`, which is no directory.
  package func removeFile(_ name: some Collection<UInt8>) throws(SystemError) {
    try unlink(name, 0)
  }

  private func unlink(_ name: some Collection<UInt8>, _ flags: CInt) throws(SystemError) {
    let name = try Name(name, for: "unlinkat")
    _ = try systemCall("unlinkat") { name.withPointer { unsafe unlinkat(descriptor, $0, flags) } }
  }

  /// Makes the link `name` to `target`, which is any bytes without a zero.
  package func makeLink(
    _ name: some Collection<UInt8>, target: some Collection<UInt8>
  ) throws(SystemError) {
    let name = try Name(name, for: "symlinkat")
    let text = target.map(CChar.init(bitPattern:)) + [0]
    guard text.firstIndex(of: 0) == target.count else {
      throw SystemError(call: "symlinkat", code: EINVAL)
    }
    _ = try systemCall("symlinkat") {
      // SAFETY: the array ends in a zero and outlives the call.
      name.withPointer { unsafe symlinkat(text, descriptor, $0) }
    }
  }

  /// Makes the link `name` to `target` with a time of modification, in nanoseconds since 1970.
  package func makeLink(
    _ name: some Collection<UInt8>, target: some Collection<UInt8>, modified: Int64
  ) throws(SystemError) {
    try makeLink(name, target: target)
    try setModified(name, modified)
  }

  /// Makes the file `name` for writing, with `mode` less the process's mask; throws `EEXIST` if
  /// there is anything of that name.
  package func createFile(
    _ name: some Collection<UInt8>, mode: UInt16
  ) throws(SystemError) -> File {
    File(
      try Descriptor(
        opening: Name(name, for: "openat"), in: descriptor, O_RDWR | O_CREAT | O_EXCL,
        mode: mode))
  }

  /// Gives `name` the name `newName` in `directory`, in one step (`renameat2(2)`).
  ///
  /// Throws `EINVAL` for an exchange where the file system knows none, as NFS.
  package func rename(
    _ name: some Collection<UInt8>, to directory: borrowing Directory,
    as newName: some Collection<UInt8>, _ mode: RenameMode
  ) throws(SystemError) {
    let old = try Name(name, for: "renameat2")
    let new = try Name(newName, for: "renameat2")
    do {
      try rename(old, to: directory, as: new, mode)
    } catch {
      guard mode == .noReplace, error.code == EINVAL else { throw error }
      try renameWithoutFlag(old, to: directory, as: new)
    }
  }

  private func rename(
    _ name: borrowing Name, to directory: borrowing Directory, as newName: borrowing Name,
    _ mode: RenameMode
  ) throws(SystemError) {
    let target = directory.descriptor
    _ = try systemCall("renameat2") {
      name.withPointer { old in
        newName.withPointer { new in
          // What every file system knows is asked for by the call that asks for no more.
          mode == .replace
            ? unsafe renameat(descriptor, old, target, new)
            : unsafe linux_renameat2(descriptor, old, target, new, mode.rawValue)
        }
      }
    }
  }

  /// Renames without replacing anything where the file system has no call for that: by a second name
  /// (`linkat(2)`), which no directory can have, and some file systems have none.
  ///
  /// RACE: where there are none, what takes the new name between the look and the rename is replaced.
  private func renameWithoutFlag(
    _ name: borrowing Name, to directory: borrowing Directory, as newName: borrowing Name
  ) throws(SystemError) {
    let target = directory.descriptor
    do {
      _ = try systemCall("linkat") {
        name.withPointer { old in
          newName.withPointer { new in unsafe linkat(descriptor, old, target, new, 0) }
        }
      }
      _ = try systemCall("unlinkat") {
        name.withPointer { unsafe unlinkat(descriptor, $0, 0) }
      }
    } catch {
      guard error.call == "linkat", [EPERM, EOPNOTSUPP, ENOSYS].contains(error.code) else {
        throw error
      }
      guard try directory.hasNothing(at: newName) else {
        throw SystemError(call: "renameat2", code: EEXIST)
      }
      try rename(name, to: directory, as: newName, .replace)
    }
  }

  private func hasNothing(at name: borrowing Name) throws(SystemError) -> Bool {
    do {
      _ = try Status(of: name, in: descriptor)
      return false
    } catch {
      guard error.code == ENOENT else { throw error }
      return true
    }
  }

  /// Sets the permission and set-id bits of `name`; throws `EOPNOTSUPP` for a link.
  package func setMode(
    _ name: some Collection<UInt8>, _ mode: UInt16
  ) throws(SystemError) {
    let name = try Name(name, for: "fchmodat")
    // The C library opens the name with O_PATH and changes the descriptor's mode, or calls
    // fchmodat2(2) where it knows it.
    _ = try systemCall("fchmodat") {
      name.withPointer { unsafe fchmodat(descriptor, $0, mode_t(mode), AT_SYMLINK_NOFOLLOW) }
    }
  }

  /// Gives `name` the owner and the group that `other` in `directory` has, as far as this user may and can:
  /// one who is not privileged can give the group, if he is in it.
  ///
  /// What not everybody may read is not given away: whoever owns a directory can put a file of his own in
  /// the place of another.
  package func takeOwner(
    _ name: some Collection<UInt8>, from other: some Collection<UInt8>,
    in directory: borrowing Directory
  ) throws(SystemError) {
    let name = try Name(name, for: "fchownat")
    let mine = try Self.owner(of: name, in: descriptor)
    let theirs = try Self.owner(of: Name(other, for: "fstatat"), in: directory.descriptor)
    guard mine.mode & 0o004 != 0 else { return }
    if mine.user == theirs.user, mine.group == theirs.group { return }
    if (try? setOwner(of: name, theirs.user, theirs.group)) == nil {
      try? setOwner(of: name, uid_t.max, theirs.group)
    }
  }

  private static func owner(
    of name: borrowing Name, in directory: CInt
  ) throws(SystemError) -> (user: uid_t, group: gid_t, mode: mode_t) {
    var status = stat()
    _ = try systemCall("fstatat") {
      // SAFETY: the call fills the structure.
      name.withPointer { unsafe fstatat(directory, $0, &status, AT_SYMLINK_NOFOLLOW) }
    }
    return (status.st_uid, status.st_gid, status.st_mode)
  }

  private func setOwner(
    of name: borrowing Name, _ user: uid_t, _ group: gid_t
  ) throws(SystemError) {
    _ = try systemCall("fchownat") {
      name.withPointer { unsafe fchownat(descriptor, $0, user, group, AT_SYMLINK_NOFOLLOW) }
    }
  }

  /// Sets the time of modification of `name`, of a link its own, in nanoseconds since 1970.
  package func setModified(
    _ name: some Collection<UInt8>, _ nanoseconds: Int64
  ) throws(SystemError) {
    let name = try Name(name, for: "utimensat")
    let time = Timestamp(nanoseconds)
    _ = try systemCall("utimensat") {
      name.withPointer {
        unsafe linux_set_modified(descriptor, $0, time.seconds, time.nanoseconds)
      }
    }
  }
}
