internal import CLinux
internal import Glibc

/// An open directory, whose every operation takes one name in it and never follows a link.
///
/// A name that is empty, `.`, `..` or holds a `/` or a zero throws `EINVAL`, one of more than 255
/// bytes `ENAMETOOLONG`.
package struct Directory: ~Copyable, Sendable {
  let opened: Descriptor

  /// Takes over a descriptor from an `openat` with `O_DIRECTORY`.
  init(_ descriptor: consuming Descriptor) {
    opened = descriptor
  }

  /// The descriptor's number, which is this value's to close.
  package var descriptor: CInt { opened.number }

  /// The status of the directory itself.
  package func status() throws(SystemError) -> Status {
    try opened.status()
  }

  /// The status of `name`, of a link its own.
  package func status(of name: some Collection<UInt8>) throws(SystemError) -> Status {
    try Status(of: Name(name, for: "statx"), in: descriptor)
  }

  /// Opens the directory `name`; throws `ENOTDIR` for anything else.
  package func openDirectory(_ name: some Collection<UInt8>) throws(SystemError) -> Directory {
    Directory(try Descriptor(opening: Name(name, for: "openat"), in: descriptor, O_DIRECTORY))
  }

  /// Opens the directory `name`, and makes it with `mode` if there is none; it belongs to whom this one
  /// belongs then if root makes it and `givesAway`.
  package func openOrMakeDirectory(
    _ name: some Collection<UInt8>, mode: UInt16, givesAway: Bool = false
  ) throws(SystemError) -> Directory {
    do {
      try makeDirectory(name, mode: mode)
    } catch {
      guard error.code == EEXIST else { throw error }
      return try openDirectory(name)
    }
    let directory = try openDirectory(name)
    guard givesAway, geteuid() == 0 else { return directory }
    // Whoever may rename things here can have put another in its place; one that is empty gives nothing away.
    var listing = Listing()
    try directory.list(into: &listing)
    if listing.found.isEmpty { directory.opened.takeOwner(of: opened) }
    return directory
  }

  /// Makes the empty file `name` if there is nothing; it belongs to whom this directory belongs then, if root
  /// makes it.
  package func makeFileIfAbsent(
    _ name: some Collection<UInt8>, mode: UInt16
  ) throws(SystemError) {
    do {
      let file = try Descriptor(
        opening: Name(name, for: "openat"), in: descriptor, O_RDONLY | O_CREAT | O_EXCL, mode: mode)
      file.takeOwner(of: opened)
    } catch {
      guard error.code == EEXIST else { throw error }
    }
  }

  /// Opens the file `name` for reading: two calls when `seen`, a recent status of it, is given.
  ///
  /// Throws `ELOOP` for a link, `EISDIR` for a directory and `EINVAL` for a special file.
  ///
  /// RACE: as in `Root.openFile(_:seen:)`.
  package func openFile(
    _ name: some Collection<UInt8>, seen: Status? = nil
  ) throws(SystemError) -> File {
    let name = try Name(name, for: "openat")
    if let seen {
      try File.requireFile(seen)
    } else {
      try File.requireFile(try Status(of: name, in: descriptor))
    }
    return try File(
      confirming: try Descriptor(opening: name, in: descriptor, File.readingFlags))
  }

  /// Opens for reading, by one call, the file `name` that had the status `seen` a moment ago. What was opened
  /// may be something else: what is read counts only once ``File/status()`` has told what it is.
  ///
  /// Throws what `openFile(_:seen:)` does for such a status.
  ///
  /// RACE: as in `Root.openFile(_:seen:)`, and a little is read of the device.
  package func openSeenFile(
    _ name: some Collection<UInt8>, _ seen: Status
  ) throws(SystemError) -> File {
    try File.requireFile(seen)
    return File(
      try Descriptor(opening: try Name(name, for: "openat"), in: descriptor, File.readingFlags))
  }

  /// The target of the link `name`.
  package func readLink(_ name: some Collection<UInt8>) throws(SystemError) -> [UInt8] {
    let name = try Name(name, for: "readlinkat")
    var target = [CChar](repeating: 0, count: 4096)
    while true {
      let count = try systemCall("readlinkat") {
        // SAFETY: the call writes at most as many bytes as it is told the array has.
        name.withPointer { unsafe readlinkat(descriptor, $0, &target, target.count) }
      }
      if count < target.count { return target[..<count].map(UInt8.init(bitPattern:)) }
      target = [CChar](repeating: 0, count: 2 * target.count)
    }
  }

  /// Throws `EACCES`, `EPERM` or `EROFS` if names in the directory may not be changed.
  package func requireWriting() throws(SystemError) {
    _ = try systemCall("faccessat") {
      unsafe faccessat(descriptor, ".", W_OK | X_OK, AT_EACCESS)
    }
  }

  /// Throws `EACCES` if the user may not write what has the name `name`; nothing need have it, and a link
  /// may stand for it.
  package func requireWriting(of name: some Collection<UInt8>) throws(SystemError) {
    let name = try Name(name, for: "faccessat")
    do {
      _ = try systemCall("faccessat") {
        name.withPointer {
          unsafe faccessat(descriptor, $0, W_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW)
        }
      }
    } catch {
      guard error.isAbsence else { throw error }
    }
  }

  /// How many bytes this user can still write to the file system; nil if it does not say.
  package var freeByteCount: Int64? {
    var status = statvfs()
    // SAFETY: the call fills the structure.
    guard unsafe fstatvfs(descriptor, &status) == 0 else { return nil }
    let (count, overflows) = Int64(clamping: status.f_bavail).multipliedReportingOverflow(
      by: Int64(clamping: status.f_frsize))
    return overflows ? nil : count
  }

  /// The number of the user to whom `name` belongs, if that can be seen and is not who runs the program.
  package func foreignOwner(of name: some Collection<UInt8>) -> UInt32? {
    guard let name = try? Name(name, for: "fstatat") else { return nil }
    var status = stat()
    let result = name.withPointer {
      // SAFETY: the call reads the name and fills the structure.
      unsafe fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW)
    }
    return result == 0 && status.st_uid != geteuid() ? status.st_uid : nil
  }

  /// Sets the directory's own times to now, as its owner and whoever may change names in it may. Throws
  /// `EROFS` on a file system that takes no changes since an error of its own, too, of which
  /// `requireWriting()` does not hear.
  package func touch() throws(SystemError) {
    _ = try systemCall("futimens") { futimens(descriptor, nil) }
  }

  /// Whether the directory's group is one of this process's, so that it may set the set-group-id bit.
  package var isOfOwnGroup: Bool {
    var status = stat()
    // SAFETY: the call fills the structure.
    guard unsafe fstat(descriptor, &status) == 0 else { return false }
    if status.st_gid == getegid() { return true }
    var groups = [gid_t](repeating: 0, count: Int(max(0, getgroups(0, nil))))
    // SAFETY: the call writes at most as many groups as it is told there is room for.
    let count = unsafe getgroups(CInt(groups.count), &groups)
    return groups.prefix(Int(max(0, count))).contains(status.st_gid)
  }

  /// Sets the directory's own permission and set-id bits.
  package func setMode(_ mode: UInt16) throws(SystemError) {
    try opened.setMode(mode)
  }

  /// Sets the directory's own time of modification, in nanoseconds since 1970.
  package func setModified(_ nanoseconds: Int64) throws(SystemError) {
    try opened.setModified(nanoseconds)
  }

  /// Makes all that was changed on the directory's file system durable (`syncfs(2)`). A failure must not
  /// be answered by a retry, which would succeed without the lost pages.
  package func syncFileSystem() throws(SystemError) {
    _ = try systemCall("syncfs") { linux_syncfs(descriptor) }
  }
}
