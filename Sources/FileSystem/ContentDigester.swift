package import Chunks
package import Hashing

/// Gives the digest of a content and, if it is large but not beyond the limit, its chunks, in one pass.
/// The digest of a large one is computed by a thread of its own, beside the chunks and whatever the
/// caller does.
package struct ContentDigester: ~Copyable {
  private var sha256 = SHA256()
  private var thread: DigestThread?
  private var chunker = Chunker()
  private var chunks: ChunkList?
  private var isLarge = false

  /// Creates one that has seen no content.
  package init() {}

  deinit {
    thread?.stop()
  }

  /// Begins a content of `byteCount` bytes, whatever came so far; its chunks are not looked for if they
  /// are known, and faster found if much of it is as in a `former` version.
  package mutating func begin(
    byteCount: Int64, chunks known: ChunkList? = nil, former: ChunkList? = nil
  ) {
    if isLarge { _ = thread?.finish() }
    sha256.restart()
    chunker.restart()
    if let former { chunker.expect(former) }
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
    guard isLarge, let thread else { return }
    buffer = thread.buffer(ofByteCount: buffer.count)
  }

  /// The chunks of a large content that have come to their end.
  package var endedChunks: ChunkList { chunker.ended }

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

/// A thread that hashes what it is given.
private struct DigestThread {
  /// How many pieces wait to be hashed: so many that neither end waits for the other to wake up.
  private static let waitingCount = 4

  private enum Job {
    case update([UInt8], byteCount: Int)
    case finish
    case end
  }

  private struct Work {
    var jobs: [Job] = []
    /// Pieces that have been hashed, for their memory to be used again.
    var spares: [[UInt8]] = []
    var digest: Digest?
  }

  private let work = Monitor(Work())

  init() {
    Thread { [work] in Self.run(work) }.detach()
  }

  private static func run(_ work: Monitor<Work>) {
    var sha256 = SHA256()
    var hashed: [UInt8]?
    while true {
      let job = work.wait { work -> Job? in
        if let bytes = hashed.take(), work.spares.count < waitingCount { work.spares.append(bytes) }
        return work.jobs.isEmpty ? nil : work.jobs.removeFirst()
      }
      switch job {
      case .update(let bytes, let byteCount):
        sha256.update(bytes, first: byteCount)
        hashed = bytes
      case .finish:
        let digest = sha256.finalize()
        work.change { $0.digest = digest }
      case .end: return
      }
    }
  }

  /// Hands over the first `count` of `bytes`, when there is room for them.
  func update(_ bytes: [UInt8], first count: Int) {
    work.wait { work -> Void? in
      guard work.jobs.count < Self.waitingCount else { return nil }
      work.jobs.append(.update(bytes, byteCount: count))
      return ()
    }
  }

  /// A buffer in the place of one that has been handed over.
  func buffer(ofByteCount count: Int) -> [UInt8] {
    let spare = work.change { $0.spares.popLast() }
    if let spare, spare.count == count { return spare }
    return [UInt8](repeating: 0, count: count)
  }

  /// The digest of all that was handed over since the last time.
  func finish() -> Digest {
    work.change { $0.jobs.append(.finish) }
    return work.wait { work -> Digest? in work.digest.take() }
  }

  func stop() {
    work.change { $0.jobs.append(.end) }
  }
}
