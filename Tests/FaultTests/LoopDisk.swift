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

  /// Whether it can be one of XFS.
  static let canBeXFS: Bool = {
    guard isAvailable, let directory = try? TemporaryDirectory() else { return false }
    return (try? LoopDisk(xfsIn: directory)) != nil
  }()

  /// Makes a file system of ext4 in `directory`, with options of `mkfs.ext4`, and mounts it.
  convenience init(in directory: TemporaryDirectory, _ options: String...) throws {
    try self.init(in: directory, "64M", "mkfs.ext4 -q \(options.joined(separator: " "))")
  }

  /// Makes a file system of XFS in `directory`, and mounts it.
  convenience init(xfsIn directory: TemporaryDirectory) throws {
    try self.init(in: directory, "400M", "mkfs.xfs -q")
  }

  private init(in directory: TemporaryDirectory, _ size: String, _ format: String) throws {
    image = directory.appending("image")
    path = directory.appending("mount")
    try makeDirectory(Array(path.utf8))
    try requireSuccess("truncate", "-s", size, image, in: directory)
    try requireSuccess("sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; \(format) \(image)")
    try mount()
  }

  /// Unmounts it, and mounts it on another device.
  func changeDevice() throws {
    // The other one is taken while the first is.
    let run = try ProgramRun("losetup", "--find", "--show", image)
    if run.ending != .exited(0) { throw FailedSetUp(program: "losetup", run: run) }
    let device = String(run.text.dropLast())
    try unmount()
    try requireSuccess("mount", device, path)
    // It goes with the mount.
    try requireSuccess("losetup", "--detach", device)
  }

  func mount() throws {
    let run = try ProgramRun("mount", "-o", "loop", image, path)
    if run.ending != .exited(0) { throw FailedSetUp(program: "mount", run: run) }
  }

  func unmount() throws {
    var run = try ProgramRun("umount", path)
    // What another test starts holds what is open here until it is another program.
    for _ in 0..<50 where run.ending != .exited(0) && run.errorText.contains("busy") {
      usleep(100_000)
      run = try ProgramRun("umount", path)
    }
    if run.ending != .exited(0) { throw FailedSetUp(program: "umount", run: run) }
  }

  deinit {
    // It may be unmounted already, and the test's own result stands.
    try? unmount()
  }
}

extension LoopDisk {
  /// Has the file system find an error, after which it takes no writes.
  func fail() throws {
    let device = try ProgramRun("findmnt", "-n", "-o", "SOURCE", path).text.dropLast()
    let name = device.split(separator: "/").last ?? ""
    try requireSuccess("sh", "-c", "echo test >/sys/fs/ext4/\(name)/trigger_fs_error")
    let write = try ProgramRun("touch", "\(path)/written")
    guard write.ending != .exited(0) else { throw FailedSetUp(program: "touch", run: write) }
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
