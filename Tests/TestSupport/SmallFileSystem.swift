internal import Foundation

/// A file system in memory of a given size, for a disk that is full; only root can have one.
package final class SmallFileSystem {
  private let mountPoint: String

  /// Whether this machine lets the test mount one.
  package static var isAvailable: Bool {
    (try? ProgramRun("unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"))?.exitStatus == 0
      && geteuid() == 0
  }

  /// Mounts it over the directory at `mountPoint`.
  package init(over mountPoint: String, byteCount: Int) throws {
    self.mountPoint = mountPoint
    try requireSuccess("mount", "-t", "tmpfs", "-o", "size=\(byteCount)", "none", mountPoint)
  }

  deinit {
    // Nothing can be done about a failure here, and the test's own result stands.
    _ = try? ProgramRun("umount", "-l", mountPoint)
  }
}
