import FileSystem
import Glibc
import Foundation
import TestSupport

/// A file system of our own on a temporary directory; for root only.
final class Mount {
  /// Where it is mounted.
  let directory: TemporaryDirectory

  private let image: TemporaryDirectory?

  /// Whether this process may mount anything.
  static let isAllowed = (try? Mount(tmpfsOfByteCount: 4096)) != nil

  /// Whether this process may mount an image of ext4.
  static let canLoop = isAllowed && (try? Mount(ext4With: [])) != nil

  /// Mounts a tmpfs below `parent`.
  init(tmpfsOfByteCount byteCount: Int, in parent: String? = nil) throws {
    directory = try TemporaryDirectory(below: parent ?? "/tmp")
    image = nil
    try Self.run("mount", "-t", "tmpfs", "-o", "size=\(byteCount)", "tmpfs", directory.path)
  }

  /// Mounts a new ext4 that is made with `options`.
  init(ext4With options: [String]) throws {
    directory = try TemporaryDirectory()
    let image = try TemporaryDirectory()
    self.image = image
    let file = image.path + "/image"
    try Self.run(["truncate", "-s", "4M", file])
    try Self.run(["mkfs.ext4", "-q", "-F"] + options + [file])
    try Self.run(["mount", "-o", "loop", file, directory.path])
  }

  deinit {
    try? Self.run(["umount", "-l", directory.path])
  }

  private struct Failed: Error {}

  private static func run(_ arguments: String...) throws { try run(arguments) }

  private static func run(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed() }
  }
}
