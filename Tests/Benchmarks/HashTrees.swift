import ArgumentParser
import FileSystem
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
    let queue = Monitor(Queue(directories))
    onAllProcessors {
      var hasher = FileHasher()
      while let directory = queue.wait(for: { $0.take() }) ?? nil {
        let found = hasher.hash(filesIn: directory)
        queue.change { $0.add(found) }
      }
    }
    let failure = queue.change { $0.failure }
    if let failure { throw failure }
  }

  /// Directories that nobody has looked at yet.
  private struct Queue {
    var waiting: [String]
    var busyCount = 0
    var failure: SystemFailure?

    init(_ directories: [String]) { waiting = directories }

    /// The next; nil if more may come, and nil in it if none will.
    mutating func take() -> String?? {
      if let next = waiting.popLast() {
        busyCount += 1
        return next
      }
      return busyCount == 0 ? .some(nil) : nil
    }

    mutating func add(_ found: Result<[String], SystemFailure>) {
      busyCount -= 1
      switch found {
      case .success(let directories): waiting += directories
      case .failure(let error): failure = error
      }
    }
  }
}

/// Hashes files one after the other, and throws the digests away.
private struct FileHasher: ~Copyable {
  private var sha256 = SHA256()
  private var buffer = [UInt8](repeating: 0, count: 1 << 18)

  /// Hashes the files in a directory and returns the directories in it.
  mutating func hash(filesIn directory: String) -> Result<[String], SystemFailure> {
    guard let stream = opendir(directory) else {
      return .failure(SystemFailure("opendir \(directory)"))
    }
    defer { closedir(stream) }
    var directories: [String] = []
    while let entry = readdir(stream) {
      let isHidden = entry.pointee.d_name.0 == 0x2e
      if isHidden { continue }
      if entry.pointee.d_type == DT_DIR {
        let name = withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }
        directories.append("\(directory)/\(name)")
      } else {
        // SAFETY: the name ends with a zero byte in the entry, which lives until the next call.
        let file = withUnsafePointer(to: &entry.pointee.d_name.0) {
          openat(dirfd(stream), $0, O_RDONLY | O_CLOEXEC)
        }
        guard file >= 0, hash(file) else { return .failure(SystemFailure("read in \(directory)")) }
      }
    }
    return .success(directories)
  }

  private mutating func hash(_ file: Int32) -> Bool {
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
