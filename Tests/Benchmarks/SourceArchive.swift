import Glibc
import TestSupport

/// A tree of text files, and the archive that `tar` makes of it: its next version has the same names,
/// and small edits in many of its files.
struct SourceArchive {
  private static let folderFileCount = 100
  private static let meanByteCount = 16_384

  /// Where the tree is.
  let tree: String
  /// How many files it has.
  let fileCount: Int
  private let pool: ContentPool

  /// Makes the tree of an archive of about so many bytes.
  init(byteCount: Int, in tree: String, from pool: ContentPool) throws {
    self.tree = tree
    self.pool = pool
    fileCount = max(1, byteCount / (Self.meanByteCount + 512))
    try makeDirectory(Array(tree.utf8))
    var random = SplitMix(seed: 0x7a7)
    for number in 0..<fileCount {
      if number % Self.folderFileCount == 0 {
        try Interruption.check()
        try makeDirectory(Array(folder(ofFile: number).utf8))
      }
      let size = 1 + random.below(2 * Self.meanByteCount)
      try with(number, O_CREAT | O_EXCL) { descriptor in
        try pool.write(size, tag: random.next(), to: descriptor)
      }
    }
  }

  /// The command that prints the archive.
  var command: String { "tar -C \(tree) --sort=name -cf - ." }

  /// Inserts a few words in every tenth file.
  func edit(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    for number in stride(from: random.below(10), to: fileCount, by: 10) {
      let words = Array("edited \(random.next()) ".utf8)
      try with(number, 0) { descriptor in
        let end = Int(lseek(descriptor, 0, SEEK_END))
        let offset = random.below(end + 1)
        var rest = [UInt8](repeating: 0, count: end - offset)
        guard pread(descriptor, &rest, rest.count, off_t(offset)) == rest.count else {
          throw SystemFailure("pread")
        }
        let bytes = words + rest
        guard pwrite(descriptor, bytes, bytes.count, off_t(offset)) == bytes.count else {
          throw SystemFailure("pwrite")
        }
      }
    }
  }

  private func folder(ofFile number: Int) -> String {
    "\(tree)/part-\(number / Self.folderFileCount)"
  }

  private func with(_ number: Int, _ flags: Int32, _ body: (Int32) throws -> Void) throws {
    let path = "\(folder(ofFile: number))/module_\(number).c"
    let descriptor = open(path, O_RDWR | O_CLOEXEC | flags, 0o644)
    guard descriptor >= 0 else { throw SystemFailure("open \(path)") }
    defer { close(descriptor) }
    try body(descriptor)
  }
}
