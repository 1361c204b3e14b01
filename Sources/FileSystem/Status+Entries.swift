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

  /// Whether a file or link with this status is the one that the entry and its stamp were made of.
  package func isUnchanged(_ status: Status, _ stamp: Stamp) -> Bool {
    let isSameKind =
      switch status.kind {
      case .file: kind == .file && mode == status.mode & Self.modeMask
      case .link: kind == .link
      default: false
      }
    return isSameKind && size == status.size && modified == status.modified
      && stamp == Stamp(of: status)
  }
}

extension Stamp {
  /// The stamp of a file with this status.
  package init(of status: Status) {
    self.init(changed: status.changed, inode: status.inode)
  }

  /// The stamp of a directory or a tombstone, which have no content.
  package static let none = Stamp(changed: 0, inode: 0)
}

extension SystemError {
  /// Whether the path is not there.
  package var isAbsence: Bool { code == ENOENT || code == ENOTDIR }

  /// Whether a directory was to be removed that has something in it.
  package var isNotEmpty: Bool { code == ENOTEMPTY || code == EEXIST }

  /// Whether the disk, the quota or the limit of a file's size is exhausted.
  package var isLackOfSpace: Bool { code == ENOSPC || code == EDQUOT || code == EFBIG }
}
