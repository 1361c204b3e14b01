import Glibc
import TestSupport

/// A file system on a loop device, whose power can be cut; only root can have one.
final class PowerCut {
  /// What becomes of what the file system has not written (`FS_IOC_SHUTDOWN`).
  enum Variant: UInt32, CaseIterable {
    /// The journal is flushed first.
    case flushesJournal = 1
    /// Everything is lost.
    case dropsJournal = 2
  }

  /// Where it is mounted.
  let path: String
  private let image: String

  /// Whether this machine lets the test mount one.
  static let isAvailable: Bool = {
    guard geteuid() == 0, let directory = try? TemporaryDirectory() else { return false }
    return (try? PowerCut(in: directory)) != nil
  }()

  /// Makes a file system of ext4 in `directory` and mounts it.
  init(in directory: TemporaryDirectory) throws {
    image = directory.appending("image")
    path = directory.appending("mount")
    try makeDirectory(Array(path.utf8))
    try requireSuccess("truncate", "-s", "64M", image, in: directory)
    try requireSuccess("mkfs.ext4", "-q", image, in: directory)
    try mount()
  }

  private func mount() throws {
    let run = try ProgramRun("mount", "-o", "loop", image, path)
    if run.ending != .exited(0) { throw FailedSetUp(program: "mount", run: run) }
  }

  /// Cuts the power and turns it on again.
  func cut(_ variant: Variant) throws {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY)
    defer { close(descriptor) }
    var flag = variant.rawValue
    let shutdown: UInt = 0x8004_587d
    guard ioctl(descriptor, shutdown, &flag) == 0 else {
      throw FailedSetUp(program: "ioctl", run: try ProgramRun("true"))
    }
    close(descriptor)
    try unmount()
    try mount()
  }

  private func unmount() throws {
    let run = try ProgramRun("umount", path)
    if run.ending != .exited(0) { throw FailedSetUp(program: "umount", run: run) }
  }

  deinit {
    // Nothing can be done about a failure here, and the test's own result stands.
    try? unmount()
  }
}
