import ArgumentParser
import Glibc
import Hashing
import TestSupport

/// `bench hash DIR…`: reads and hashes every file in some trees, on all processors, by nothing but
/// the calls that this takes: the least that a tool which looks at contents must spend.
struct HashTrees: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hash", abstract: "Reads and hashes all files of some directories.")

  @Argument var directories: [String]

  func run() throws {
    try visitTrees(directories) {
      let hasher = FileHasher()
      return { stream, name, isDirectory in
        if isDirectory { return true }
        let file = openat(dirfd(stream), name, O_RDONLY | O_CLOEXEC)
        return file >= 0 && hasher.hash(file)
      }
    }
  }
}

/// Hashes files one after the other, and throws the digests away.
private final class FileHasher {
  private var sha256 = SHA256()
  private var buffer = [UInt8](repeating: 0, count: 1 << 18)

  /// Hashes an open file and closes it.
  func hash(_ file: Int32) -> Bool {
    defer { close(file) }
    while true {
      let count = read(file, &buffer, buffer.count)
      guard count >= 0 else { return false }
      if count > 0 { sha256.update(buffer, first: count) }
      // A short read is a file's end, by which most files need no second one.
      if count < buffer.count { break }
    }
    _ = sha256.finalize()
    return true
  }
}
