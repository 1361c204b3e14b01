internal import CLinux
internal import Glibc

/// What a directory's name can stand for.
package enum FileKind: UInt8, BitwiseCopyable, Sendable {
  /// A regular file.
  case file
  /// A directory.
  case directory
  /// A symbolic link.
  case link
  /// A device, a socket or a FIFO.
  case special
}

/// What the system knows of a file besides its content (`statx(2)`); of a link, the link's own.
package struct Status: BitwiseCopyable, Hashable, Sendable {
  /// The kind of file.
  package var kind: FileKind

  /// The permission and set-id bits, of which there are twelve.
  package var mode: UInt16

  /// The number of names of the file.
  package var linkCount: UInt32

  /// The number of bytes in the file, or in a link's target.
  package var size: Int64

  /// The time of the last change of the content, in nanoseconds since 1970, or the closest that
  /// 64 bits can hold (the years 1677 to 2262).
  package var modified: Int64

  /// The time of the last change of content or status, likewise. No user can set it.
  package var changed: Int64

  /// The number of the file on its device.
  package var inode: UInt64

  /// The number of the device: the major part in the upper half, the minor in the lower.
  package var device: UInt64

  /// Whether something is mounted there, perhaps of the same device; false before Linux 5.8.
  package var isMountRoot: Bool

  /// Creates a status.
  package init(
    kind: FileKind, mode: UInt16 = 0, size: Int64 = 0, modified: Int64 = 0, changed: Int64 = 0,
    inode: UInt64 = 0, device: UInt64 = 0, linkCount: UInt32 = 1, isMountRoot: Bool = false
  ) {
    self.kind = kind
    self.mode = mode
    self.linkCount = linkCount
    self.size = size
    self.modified = modified
    self.changed = changed
    self.inode = inode
    self.device = device
    self.isMountRoot = isMountRoot
  }

  /// Asks for the status of `name` in `directory`.
  init(of name: borrowing Name, in directory: CInt) throws(SystemError) {
    var status = linux_status()
    _ = try systemCall("statx") {
      name.withPointer { unsafe linux_status_at(directory, $0, &status) }
    }
    self.init(status)
  }

  init(_ status: linux_status) {
    self.init(
      kind: FileKind(fileMode: status.mode),
      mode: status.mode & 0o7777,
      size: status.size,
      modified: Timestamp(status.modified_seconds, status.modified_nanoseconds).sinceEpoch,
      changed: Timestamp(status.changed_seconds, status.changed_nanoseconds).sinceEpoch,
      inode: status.inode,
      device: status.device,
      linkCount: status.link_count,
      isMountRoot: status.is_mount_root)
  }
}

extension FileKind {
  fileprivate init(fileMode: UInt16) {
    self =
      switch mode_t(fileMode) & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFLNK: .link
      default: .special
      }
  }
}

/// A time as system calls take it: whole seconds, which may be negative, and the nanoseconds after.
struct Timestamp {
  private static let perSecond: Int64 = 1_000_000_000

  let seconds: Int64
  let nanoseconds: Int64

  init(_ seconds: Int64, _ nanoseconds: UInt32) {
    self.seconds = seconds
    self.nanoseconds = Int64(nanoseconds)
  }

  init(_ sinceEpoch: Int64) {
    let (quotient, remainder) = sinceEpoch.quotientAndRemainder(dividingBy: Self.perSecond)
    seconds = remainder < 0 ? quotient - 1 : quotient
    nanoseconds = remainder < 0 ? remainder + Self.perSecond : remainder
  }

  /// The nanoseconds since 1970, or the closest that 64 bits can hold.
  var sinceEpoch: Int64 {
    let isBefore = seconds < 0
    // Before 1970, count down from the second's end: the lowest `Int64` is no whole second.
    let (whole, tooLarge) = (isBefore ? seconds + 1 : seconds)
      .multipliedReportingOverflow(by: Self.perSecond)
    let (sum, tooFar) = whole.addingReportingOverflow(
      isBefore ? nanoseconds - Self.perSecond : nanoseconds)
    return tooLarge || tooFar ? (isBefore ? .min : .max) : sum
  }
}
