internal import CLinux
internal import Glibc
package import Replica
internal import Synchronization

/// A directory that was opened once and below which everything else is found.
///
/// No path leaves it and no link below it is followed, whatever anyone does to the tree meanwhile. A
/// directory that is kept open, though, may be moved out of it.
package final class Root: Sendable {
  private let opened: Descriptor
  private let resolves: Atomic<Bool>

  /// Opens the directory at `path`, following links to the root itself.
  ///
  /// `resolvingPaths` is false to do without `openat2(2)`, as on a kernel that has none.
  package init(
    openingDirectoryAt path: [UInt8], resolvingPaths: Bool = true
  ) throws(SystemError) {
    let text = path.map(CChar.init(bitPattern:)) + [0]
    guard text.firstIndex(of: 0) == path.count else {
      throw SystemError(call: "open", code: EINVAL)
    }
    // SAFETY: the array ends in a zero and outlives the call.
    opened = Descriptor(
      owning: try systemCall("open") { unsafe linux_openat(AT_FDCWD, text, O_DIRECTORY, 0) })
    resolves = Atomic(resolvingPaths)
  }

  /// Takes a directory that is open as the root.
  package init(_ directory: consuming Directory) {
    opened = directory.opened
    resolves = Atomic(true)
  }

  /// The descriptor's number, which is this value's to close.
  package var descriptor: CInt { opened.number }

  /// The status of the root itself.
  package func status() throws(SystemError) -> Status {
    try opened.status()
  }

  /// The identity of the file system (`f_fsid` of `statfs(2)`), which one that is mounted in its
  /// place does not share.
  package func fileSystemID() throws(SystemError) -> UInt64 {
    var identity: UInt64 = 0
    _ = try systemCall("fstatfs") { unsafe linux_file_system_id(descriptor, &identity) }
    return identity
  }

  /// Whether the root lies on a file system that is known to note in a directory's status change
  /// time whenever a name comes to stand for something else (`f_type` of `statfs(2)`).
  ///
  /// A FAT root has no times of its own, and what serves files over a network may be behind.
  package func notesNameChanges() throws(SystemError) -> Bool {
    var type: UInt64 = 0
    _ = try systemCall("fstatfs") { unsafe linux_file_system_type(descriptor, &type) }
    return Self.typesNotingNameChanges.contains(type)
  }

  /// ext2 to ext4, XFS, Btrfs, tmpfs, F2FS, ZFS and bcachefs.
  private static let typesNotingNameChanges: Set<UInt64> = [
    0xEF53, 0x5846_5342, 0x9123_683E, 0x0102_1994, 0xF2F5_2010, 0x2FC1_2FC1, 0xCA45_1A4E,
  ]

  /// The status of what is at `path`, of a link its own.
  package func status(of path: Path) throws(SystemError) -> Status {
    try open(path, linux_O_PATH).status()
  }

  /// Opens the directory at `path`.
  ///
  /// Throws `ENOTDIR` or, for a link that is not the last name, `ELOOP` if it is none.
  package func openDirectory(_ path: Path) throws(SystemError) -> Directory {
    Directory(try open(path, O_DIRECTORY))
  }

  /// Opens the file at `path` for reading: two calls when `seen`, a recent status of it, is given.
  ///
  /// Throws `ELOOP` for a link, `EISDIR` for a directory and `EINVAL` for a special file.
  ///
  /// RACE: a device that takes the file's place after `seen` is opened and closed again, which only
  /// a user who may create devices can bring about.
  package func openFile(_ path: Path, seen: Status? = nil) throws(SystemError) -> File {
    if let seen {
      try File.requireFile(seen)
    } else {
      try File.requireFile(try status(of: path))
    }
    return try File(confirming: try open(path, File.readingFlags))
  }
}

extension Root {
  /// The longest path that the kernel takes, with the zero at its end (`PATH_MAX`).
  private static let maximumPathByteCount = 4096

  func open(_ path: Path, _ flags: CInt) throws(SystemError) -> Descriptor {
    if path.key.isEmpty { return try Descriptor(reopening: descriptor, flags) }
    if resolves.load(ordering: .relaxed) {
      do {
        return try open(path.key, flags, resolving: true)
      } catch {
        // No openat2, or a filter of system calls that does not know it. Should the file itself
        // be what is not permitted, then the walk says the same.
        guard error.code == ENOSYS || error.code == EPERM else { throw error }
        resolves.store(false, ordering: .relaxed)
      }
    }
    return try open(path.key, flags, resolving: false)
  }

  /// Opens what is at `key` while holding one directory at a time: as many names in a call as the
  /// kernel takes, or one.
  private func open(
    _ key: [UInt8], _ flags: CInt, resolving: Bool
  ) throws(SystemError) -> Descriptor {
    var held: Descriptor?
    var rest = key[...]
    while true {
      let directory = held?.number ?? descriptor
      let end = Self.end(ofPieceOf: rest, resolving: resolving)
      if end == rest.endIndex {
        if resolving { return try Descriptor(resolving: rest, in: directory, flags) }
        return try Descriptor(opening: Name(rest, for: "openat"), in: directory, flags)
      }
      held =
        if resolving {
          try Descriptor(resolving: rest[..<end], in: directory, linux_O_PATH | O_DIRECTORY)
        } else {
          try Descriptor(stepping: Name(rest[..<end], for: "openat"), in: directory)
        }
      rest = rest[(end + 1)...]
    }
  }

  /// Where the names end that one call takes, which is never within a name.
  private static func end(ofPieceOf rest: ArraySlice<UInt8>, resolving: Bool) -> Int {
    let cut =
      if !resolving {
        rest.firstIndex(of: Path.separator)
      } else if rest.count >= maximumPathByteCount {
        rest.prefix(maximumPathByteCount).lastIndex(of: Path.separator)
      } else {
        Int?.none
      }
    return cut ?? rest.endIndex
  }
}

extension Descriptor {
  /// Opens the directory `directory` anew.
  fileprivate init(reopening directory: CInt, _ flags: CInt) throws(SystemError) {
    self.init(
      owning: try systemCall("openat") { unsafe linux_openat(directory, ".", flags, 0) })
  }

  /// Opens the path `piece` of a key below `directory` by `openat2(2)`, following no link.
  fileprivate init(
    resolving piece: ArraySlice<UInt8>, in directory: CInt, _ flags: CInt
  ) throws(SystemError) {
    let slash = CChar(UInt8(ascii: "/"))
    let path = piece.map { $0 == Path.separator ? slash : CChar(bitPattern: $0) } + [0]
    // SAFETY: the array ends in a zero and outlives the call.
    self.init(
      owning: try systemCall("openat2") {
        unsafe linux_open_beneath(directory, path, flags | O_NOFOLLOW)
      })
  }

  /// Opens the directory `name` on the way to something in it; a link throws `ELOOP`, as it does
  /// in `openat2(2)`.
  fileprivate init(stepping name: borrowing Name, in directory: CInt) throws(SystemError) {
    do {
      try self.init(opening: name, in: directory, linux_O_PATH | O_DIRECTORY)
    } catch {
      guard error.code == ENOTDIR, try Status(of: name, in: directory).kind == .link else {
        throw error
      }
      throw SystemError(call: error.call, code: ELOOP)
    }
  }
}
