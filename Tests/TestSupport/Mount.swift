/// A file system of our own on a temporary directory; for root only.
package final class Mount {
  /// Where it is mounted.
  package let directory: TemporaryDirectory

  private let image: TemporaryDirectory?

  /// Whether this process may mount anything.
  package static let isAllowed = (try? Mount(tmpfsOfByteCount: 4096)) != nil

  /// Whether this process may mount an image of ext4.
  package static let canLoop = isAllowed && (try? Mount(ext4With: [])) != nil

  /// Whether this process may mount a file system whose files can share blocks.
  package static let canShareBlocks = canLoop && (try? Mount.sharingBlocks()) != nil

  /// Mounts a tmpfs below `parent`.
  package init(tmpfsOfByteCount byteCount: Int, in parent: String? = nil) throws {
    directory = try TemporaryDirectory(below: parent ?? "/tmp")
    image = nil
    try Self.run("mount", "-t", "tmpfs", "-o", "size=\(byteCount)", "tmpfs", directory.path)
  }

  /// Mounts a new ext4 of 4 MiB that is made with `options`.
  package convenience init(ext4With options: [String]) throws {
    try self.init(megabyteCount: 4, ["mkfs.ext4", "-q", "-F"] + options)
  }

  /// Mounts a new file system of 128 MiB whose files can share blocks.
  package static func sharingBlocks() throws -> Mount {
    try Mount(megabyteCount: 128, ["mkfs.btrfs", "-q"])
  }

  private init(megabyteCount: Int, _ format: [String]) throws {
    directory = try TemporaryDirectory()
    let image = try TemporaryDirectory()
    self.image = image
    let file = image.appending("image")
    try Self.run("truncate", "-s", "\(megabyteCount)M", file)
    try Self.run(format + [file])
    try Self.run("mount", "-o", "loop", file, directory.path)
  }

  deinit {
    // Nothing can be done about a failure here, and the test's own result stands.
    try? Self.run("umount", "-l", directory.path)
  }

  private static func run(_ words: String...) throws { try run(words) }

  private static func run(_ words: [String]) throws {
    try requireSuccess(
      "env", ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"] + words)
  }
}
