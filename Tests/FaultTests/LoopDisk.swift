import Glibc
import TestSupport

/// A file system on a loop device, whose power can be cut; only root can have one.
final class LoopDisk {
  /// Where it is mounted.
  let path: String
  /// The file that holds it.
  let image: String

  /// Whether this machine lets the test mount one.
  static let isAvailable: Bool = {
    guard geteuid() == 0, let directory = try? TemporaryDirectory() else { return false }
    return (try? LoopDisk(in: directory)) != nil
  }()

  /// Makes a file system of ext4 in `directory`, with options of `mkfs.ext4`, and mounts it.
  init(in directory: TemporaryDirectory, _ options: String...) throws {
    image = directory.appending("image")
    path = directory.appending("mount")
    try makeDirectory(Array(path.utf8))
    try requireSuccess("truncate", "-s", "64M", image, in: directory)
    try requireSuccess("sh", "-c", "mkfs.ext4 -q \(options.joined(separator: " ")) \(image)")
    try mount()
  }

  func mount() throws {
    let run = try ProgramRun("mount", "-o", "loop", image, path)
    if run.ending != .exited(0) { throw FailedSetUp(program: "mount", run: run) }
  }

  func unmount() throws {
    let run = try ProgramRun("umount", path)
    if run.ending != .exited(0) { throw FailedSetUp(program: "umount", run: run) }
  }

  deinit {
    // It may be unmounted already, and the test's own result stands.
    try? unmount()
  }
}

/// What becomes of what a file system has not written when its power goes (`FS_IOC_SHUTDOWN`).
enum PowerCut: UInt32, CaseIterable {
  /// The journal is flushed first.
  case flushesJournal = 1
  /// Everything is lost.
  case dropsJournal = 2
}

extension LoopDisk {
  /// Cuts the power and turns it on again.
  func cut(_ variant: PowerCut) throws {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    var flag = variant.rawValue
    let shutdown: UInt = 0x8004_587d
    let isDown = ioctl(descriptor, shutdown, &flag) == 0
    close(descriptor)
    guard isDown else { throw FailedSetUp(program: "ioctl", run: try ProgramRun("true")) }
    try unmount()
    try mount()
  }
}
