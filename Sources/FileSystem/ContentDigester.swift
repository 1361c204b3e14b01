package import Chunks
package import Hashing

/// Gives the digest of a content and, if it is large and not beyond the limit, its chunks, in one pass. The digest of a large one
/// is computed by a thread of its own, beside the chunks and whatever the caller does.
package struct ContentDigester: ~Copyable {
  private var sha256 = SHA256()
  private var thread: DigestThread?
  private var chunker = Chunker()
  private var chunks: ChunkList?
  private var isLarge = false
  /// The buffer before the last.
  private var spare: [UInt8] = []

  /// Creates one that has seen no content.
  package init() {}

  deinit {
    thread?.stop()
  }

  /// Begins a content of `byteCount` bytes, whatever came so far; its chunks are not looked for if they
  /// are known.
  package mutating func begin(byteCount: Int64, chunks known: ChunkList? = nil) {
    if isLarge { _ = thread?.finish() }
    sha256.restart()
    chunker.restart()
    chunks = known
    isLarge = byteCount >= ChunkList.keptByteCount
    if isLarge, thread == nil { thread = DigestThread() }
  }

  /// Goes on with the first `count` of `bytes`.
  package mutating func update(_ bytes: [UInt8], first count: Int) {
    guard isLarge, let thread else { return sha256.update(bytes, first: count) }
    thread.update(bytes, first: count)
    if chunks == nil, !chunker.isBeyondLimit { chunker.append(bytes, first: count) }
  }

  /// Goes on with the first `count` bytes of a buffer, which is held until they are hashed; the caller
  /// gets another for it, to be read into.
  package mutating func take(_ buffer: inout [UInt8], first count: Int) {
    update(buffer, first: count)
    guard isLarge else { return }
    if spare.count != buffer.count { spare = [UInt8](repeating: 0, count: buffer.count) }
    swap(&buffer, &spare)
  }

  /// Ends the content.
  package mutating func finish() -> (digest: Digest, chunks: ChunkList?) {
    guard isLarge, let thread else { return (sha256.finalize(), nil) }
    isLarge = false
    if chunker.isBeyondLimit { return (thread.finish(), nil) }
    return (thread.finish(), chunks.take() ?? chunker.finish())
  }

  /// The digest of `bytes` alone, a link's target or all of a small file.
  package mutating func digest(of bytes: [UInt8]) -> Digest {
    sha256.digest(of: bytes)
  }
}

/// A thread that hashes what it is given, one piece at a time.
private struct DigestThread {
  /// What is to be hashed next, and by what.
  private final class Work {
    var sha256 = SHA256()
    var bytes: [UInt8]?
    var byteCount = 0
    var isOver = false
  }

  private let work: Monitor<Work>

  init() {
    let work = Monitor(Work())
    self.work = work
    Thread {
      while work.wait(for: Self.hash) {}
    }.detach()
  }

  /// Hashes what there is, while the monitor is held: who has more must wait anyway. Returns whether
  /// more can come; nil if nothing has.
  private static func hash(_ work: inout Work) -> Bool? {
    if work.isOver { return false }
    guard let bytes = work.bytes.take() else { return nil }
    work.sha256.update(bytes, first: work.byteCount)
    return true
  }

  /// Hands over the first `count` of `bytes`, when those before are hashed.
  func update(_ bytes: [UInt8], first count: Int) {
    work.wait { work -> Void? in
      guard work.bytes == nil else { return nil }
      work.bytes = bytes
      work.byteCount = count
      return ()
    }
  }

  /// The digest of all that was handed over since the last time.
  func finish() -> Digest {
    work.wait { work -> Digest? in work.bytes == nil ? work.sha256.finalize() : nil }
  }

  func stop() {
    work.change { $0.isOver = true }
  }
}
