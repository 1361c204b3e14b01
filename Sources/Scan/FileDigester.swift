internal import Chunks
internal import FileSystem
internal import Hashing
internal import Replica

/// What reading a file or link gave.
enum Reading: Sendable {
  /// Its digest, and the status that it had before and after.
  case digest(Digest, Status)
  /// A problem that leaves it unknown.
  case problem(Problem.Code, systemCode: CInt)
}

/// Reads and hashes files and links; each thread has its own.
struct FileDigester: ~Copyable {
  private static let bufferByteCount = 256 * 1024

  private var parent: ParentDirectory
  private var digester = ContentDigester()
  private var buffer = [UInt8](repeating: 0, count: bufferByteCount)
  private let isInterrupted: () -> Bool
  private let hashed: (Int) -> Void

  /// Reads below `root`, and tells `hashed` of each piece how many bytes it has.
  init(
    _ root: Root, isInterrupted: @escaping () -> Bool, hashed: @escaping (Int) -> Void
  ) {
    parent = ParentDirectory(root)
    self.isInterrupted = isInterrupted
    self.hashed = hashed
  }

  /// Hashes what is at `path`, which looked like `seen`: once more if it changes meanwhile, and
  /// then no more. Of a file that grows that counts which it held at first. Gives its chunks, too, if
  /// it is a large file.
  mutating func read(_ path: Path, seen: Status) -> (Reading, ChunkList?) {
    do {
      for _ in 0..<2 where !isInterrupted() {
        if seen.kind == .link {
          if let reading = try readLink(path) { return (reading, nil) }
        } else if let reading = try readFile(path, seen: seen) {
          return reading
        }
      }
      return (.problem(.changed, systemCode: 0), nil)
    } catch {
      return (.problem(error.readingProblem, systemCode: error.code), nil)
    }
  }

  private mutating func readFile(
    _ path: Path, seen: Status
  ) throws(SystemError) -> (Reading, ChunkList?)? {
    let file = try parent.open(around: path) { directory, name throws(SystemError) in
      try directory.openSeenFile(name, seen)
    }
    if let digest = try hash(file, ifStill: seen) { return (.digest(digest, seen), nil) }
    let before = try file.status()
    guard before.kind == .file else { return nil }
    digester.begin(byteCount: before.size)
    var byteCount: Int64 = 0
    repeat {
      // No more than is left: the call that would only find the end is spared, but for a file that
      // claims to be empty, as one does whose content is made when it is read.
      let left = max(1, min(before.size - byteCount, Int64(buffer.count)))
      let count = try file.read(into: &buffer, atMost: Int(left))
      digester.take(&buffer, first: count)
      byteCount += Int64(count)
      hashed(count)
      if count < left || isInterrupted() { break }
    } while byteCount < before.size
    let (digest, chunks) = digester.finish()
    let after = try file.status()
    guard byteCount == before.size, after.keepsContent(of: before) else { return nil }
    // What has grown may have been overwritten, too.
    if after != before,
      try digest != file.digest(first: byteCount, isInterrupted: isInterrupted)
    {
      return nil
    }
    return (.digest(digest, before), chunks)
  }

  /// Hashes a small file that still is what was seen; nil if it is not.
  ///
  /// PERF: one status call for a file instead of two, 5 % of the time in which 200,000 are hashed.
  private mutating func hash(
    _ file: borrowing File, ifStill seen: Status
  ) throws(SystemError) -> Digest? {
    guard seen.size < buffer.count else { return nil }
    // At least a byte, since some have content that their size does not tell of.
    let byteCount = try file.read(into: &buffer, atMost: max(1, Int(seen.size)), at: 0)
    guard byteCount == seen.size, try file.status() == seen else { return nil }
    hashed(byteCount)
    digester.begin(byteCount: seen.size)
    digester.take(&buffer, first: byteCount)
    return digester.finish().digest
  }

  private mutating func readLink(_ path: Path) throws(SystemError) -> Reading? {
    let (target, before) = try parent.open(around: path) { directory, name throws(SystemError) in
      let before = try directory.status(of: name)
      let target = try directory.readLink(name)
      return (target, try directory.status(of: name) == before ? before : nil)
    }
    guard let before, before.kind == .link, Int64(target.count) == before.size else { return nil }
    return .digest(digester.digest(of: target), before)
  }
}
