internal import CLinux
internal import Glibc

/// An advisory lock that one process at a time can hold (`flock(2)`).
///
/// The kernel frees it when the value is gone or the process has ended, however it did. The file
/// stays: removing it would let a second process lock a new file while the old one is locked.
package final class Lock: Sendable {
  private let opened: Descriptor

  /// Takes the lock on the file `name` in `directory`; nil if somebody holds it. If there is no
  /// such file, makes it or, with `makes` false, throws `ENOENT`.
  package init?(
    _ name: some Collection<UInt8>, in directory: borrowing Directory, makes: Bool = true
  ) throws(SystemError) {
    if makes { try directory.makeFileIfAbsent(name, mode: 0o600) }
    opened = try Descriptor(
      opening: Name(name, for: "openat"), in: directory.descriptor,
      O_RDWR | O_NONBLOCK | O_NOCTTY)
    try File.requireFile(try opened.status())
    guard try Self.take(opened) else { return nil }
  }

  /// Takes the lock on a directory itself; nil if somebody holds it. Throws `EBADF` on file systems where
  /// only what is open for writing can be locked, as NFS.
  package init?(_ directory: consuming Directory) throws(SystemError) {
    opened = directory.opened
    guard try Self.take(opened) else { return nil }
  }

  private static func take(_ opened: borrowing Descriptor) throws(SystemError) -> Bool {
    do {
      _ = try systemCall("flock") { linux_try_lock(opened.number) }
      return true
    } catch {
      guard error.code == EWOULDBLOCK else { throw error }
      return false
    }
  }
}
