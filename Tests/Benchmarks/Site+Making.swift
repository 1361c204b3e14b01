import Glibc
import TestSupport

/// The sources of all grounds, each in a directory of its own in `parent`.
extension Site {
  /// Makes a tree of files.
  convenience init(_ plan: TreePlan, below parent: String, from pool: ContentPool) throws {
    try self.init(plan, pool: pool, below: parent)
    byteCount = try TreeMaker(plan, in: source, from: pool).make()
  }

  /// Makes large files that do not compress.
  convenience init(largeFiles count: Int, byteCount: Int, below parent: String) throws {
    try self.init(TreePlan(fileCount: 0, seed: 0), pool: ContentPool(), below: parent)
    for number in 0..<count {
      let file = "\(source)/image-\(number).raw"
      // A cipher's stream: the same each time, and made as fast as it is written.
      let stream = "openssl enc -aes-128-ctr -pass pass:\(number) -nosalt -pbkdf2 </dev/zero"
      try Interruption.requireSuccess(
        "sh", "-c", "\(stream) 2>/dev/null | head -c \(byteCount) >\(file)")
    }
    self.byteCount = count * byteCount
  }

  /// Makes an archive of about so many bytes, and beside the source the tree that it is made of.
  convenience init(archiveByteCount: Int, below parent: String, from pool: ContentPool) throws {
    try self.init(TreePlan(fileCount: 0, seed: 0), pool: pool, below: parent)
    byteCount = archiveByteCount
    archive = try SourceArchive(byteCount: archiveByteCount, in: beside("tree"), from: pool)
    try renewArchive(seed: nil)
  }

  /// Makes a file that has the same 64 KiB at the beginning of each MiB, and holes.
  convenience init(repeatedByteCount: Int, below parent: String) throws {
    try self.init(TreePlan(fileCount: 0, seed: 0), pool: ContentPool(), below: parent)
    byteCount = repeatedByteCount
    var random = SplitMix(seed: 0x4e9)
    let block = random.bytes(1 << 16)
    let descriptor = open(image, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemFailure("open \(image)") }
    defer { close(descriptor) }
    for offset in stride(from: 0, to: byteCount, by: 1 << 20) {
      try Interruption.check()
      let count = min(block.count, byteCount - offset)
      guard pwrite(descriptor, block, count, off_t(offset)) == count else {
        throw SystemFailure("pwrite \(image)")
      }
    }
    guard ftruncate(descriptor, off_t(byteCount)) == 0 else { throw SystemFailure("ftruncate") }
  }

  /// Makes the archive anew, of files edited meanwhile if there is a seed to edit them by.
  func renewArchive(seed: UInt64?) throws {
    guard let archive else { return }
    if let seed { try archive.edit(seed: seed) }
    try replaceImage(by: archive.command)
  }
}
