internal import Glibc
package import Hashing
package import Replica

extension Attributes {
  /// What an entry says of a file or link with this status and digest.
  package init(of status: Status, _ digest: Digest) {
    self =
      status.kind == .link
      ? .link(size: status.size, modified: status.modified, digest: digest)
      : .file(
        mode: status.mode, size: status.size, modified: status.modified, digest: digest)
  }

  /// Whether what has this status is what the entry and its stamp were made of: for a directory, with
  /// the same names in it.
  package func isUnchanged(_ status: Status, _ stamp: Stamp) -> Bool {
    stamp == Stamp(of: status) && agrees(with: status)
  }

  /// Whether a file, link or directory has the kind, mode, size and time that are recorded of it.
  package func agrees(with status: Status) -> Bool {
    switch status.kind {
    case .file: kind == .file && hasMode(of: status) && hasSizeAndTime(of: status)
    case .link: kind == .link && hasSizeAndTime(of: status)
    case .directory: kind == .directory && hasMode(of: status)
    case .special: false
    }
  }

  private func hasMode(of status: Status) -> Bool { mode == status.mode & Self.modeMask }

  private func hasSizeAndTime(of status: Status) -> Bool {
    size == status.size && hasTime(status.modified)
  }
}

extension Stamp {
  /// The stamp of what has this status.
  package init(of status: Status) {
    self.init(changed: status.changed, inode: status.inode)
  }

  /// The stamp of a tombstone, and of a directory that may hold what is not remembered.
  package static let none = Stamp(changed: 0, inode: 0)
}

extension Status {
  /// Whether a file that had the status `before` may still begin with what it held then: nothing was done to
  /// it, or it has grown, as what is written to its end does.
  package func keepsContent(of before: Status) -> Bool {
    self == before || (inode == before.inode && kind == before.kind && size > before.size)
  }
}

extension SystemError {
  /// Another file system is mounted over a directory (`EXDEV`).
  package static let mountedOver = SystemError(call: "openat2", code: EXDEV)
  /// A name in a directory is longer than an entry's can be, or the path to it is.
  package static let nameTooLong = SystemError(call: "getdents64", code: ENAMETOOLONG)

  /// What could not be read a moment ago, and can be now.
  package static let passingReadFailure = SystemError(call: "read", code: EIO)
  /// The disk is full, by what another than a system call says.
  package static let fullDisk = SystemError(call: "write", code: ENOSPC)

  /// Whether the path is not there.
  package var isAbsence: Bool { code == ENOENT || code == ENOTDIR }

  /// What a path is told of that could not be looked at or read.
  package var readingProblem: Problem.Code { isAbsence ? .vanished : .unreadable }

  /// Whether it is not permitted, to this user or to anybody.
  package var isRefusal: Bool { code == EACCES || code == EPERM || code == EROFS }

  /// Whether something has the name already.
  package var isTaken: Bool { code == EEXIST }

  /// Whether the file system takes no writes.
  package var isReadOnly: Bool { code == EROFS }

  /// Whether the file system, or the kernel, does not know what was asked for.
  package var isUnsupported: Bool { code == EINVAL }

  /// Whether a directory was to be removed that has something in it.
  package var isNotEmpty: Bool { code == ENOTEMPTY || code == EEXIST }

  /// Whether the disk, the quota or the limit of a file's size is exhausted.
  package var isLackOfSpace: Bool { code == ENOSPC || code == EDQUOT || code == EFBIG }
}
