internal import CLinux
package import Replica

extension Root {
  /// What tells the root from others on one machine, and from a copy of it: its inode, when it was
  /// made, and the identity of its file system; 24 bytes.
  ///
  /// For XFS, FAT and others that identity is but the number of the device, which is another one
  /// when disks are found in another order: it counts only where it is not known when the root was
  /// made.
  package func identity() throws(SystemError) -> [UInt8] {
    let status = try status()
    let born = try birthTime(of: .root)
    let fileSystem = try fileSystemID()
    var identity: [UInt8] = []
    identity.append(fixed: status.inode)
    identity.append(fixed: UInt64(bitPattern: born))
    identity.append(
      fixed: born != 0 && fileSystem == Self.fileSystemID(of: status.device) ? 0 : fileSystem)
    return identity
  }

  /// When what is at `path` was made, of a link itself, in nanoseconds since 1970; 0 where the file
  /// system does not tell.
  package func birthTime(of path: Path) throws(SystemError) -> Int64 {
    let opened = try open(path, linux_O_PATH)
    var seconds: Int64 = 0
    var nanoseconds: UInt32 = 0
    _ = try systemCall("statx") {
      unsafe linux_birth_time(opened.number, &seconds, &nanoseconds)
    }
    return Timestamp(seconds, nanoseconds).sinceEpoch
  }

  /// The identity of a file system that has none but the number of its device, as the kernel
  /// encodes that: 8 bits of the minor part, 12 of the major, and the rest of the minor.
  private static func fileSystemID(of device: UInt64) -> UInt64 {
    let (major, minor) = (device >> 32, device & 0xffff_ffff)
    return (minor & 0xff | major << 8 | (minor & ~0xff) << 12) << 32
  }
}
