package import Chunks
package import FileSystem
package import Hashing

/// A large file at the source that a thread of its own hashes, while what it has come by is compared and
/// sent.
package final class PartedContent: Sendable {
  /// What the thread has come by.
  package enum Step: Sendable {
    /// The next chunks, up to where a part ends.
    case part(ChunkList)
    /// The content is whole: its digest and all of its chunks.
    case end(Digest, ChunkList)
    /// It can no longer be read as it was.
    case failed
  }

  private static let bufferByteCount = 256 * 1024
  /// How many bytes the thread may be ahead, beyond the part in which it is. What is ready is compared
  /// together, so that few parts wait for a far end that is long to answer.
  ///
  /// PERF: 2 GB of which pages were overwritten, 50 ms each way: 3.5 s, and 5.1 with 256 MiB.
  static let aheadByteCount: Int64 = 4 << 30

  private struct Work {
    var ready = ChunkList()
    var last: Step?
    var isStopped = false

    mutating func takeReady() -> ChunkList {
      defer { ready = ChunkList() }
      return ready
    }
  }

  /// The file, to be read in parts.
  package let content: OfferedContent
  /// The status that it had when it was opened.
  package let status: Status
  private let work = Monitor(Work())

  /// Begins with a file that is open and has at least 1 MiB, which had a status then; much of it may be as
  /// in a `former` version.
  init(
    _ content: OfferedContent, _ status: Status, former: ChunkList?,
    aheadByteCount: Int64 = aheadByteCount
  ) {
    self.content = content
    self.status = status
    Thread { [content, status, work] in
      var digester = ContentDigester()
      digester.begin(byteCount: status.size, former: former)
      Self.read(content, status.size, by: &digester, work, aheadByteCount)
    }.detach()
  }

  /// What comes next; `isInterrupted` is asked while nothing does, and says that nothing is to.
  package func next(isInterrupted: () -> Bool) -> Step {
    work.wait(poll: isInterrupted) { work -> Step? in
      guard work.ready.count == 0 else { return .part(work.takeReady()) }
      return work.last
    } ?? .failed
  }

  /// Ends the thread, if it has not come to its end.
  package func stop() {
    work.change { $0.isStopped = true }
  }

  private static func read(
    _ content: OfferedContent, _ byteCount: Int64, by digester: inout ContentDigester,
    _ work: Monitor<Work>, _ aheadByteCount: Int64
  ) {
    var buffer = [UInt8](repeating: 0, count: bufferByteCount)
    var cutter = PartCutter()
    var part = ChunkList()
    var cutCount = 0
    var offset: Int64 = 0
    while offset < byteCount {
      let wanted = Int(min(byteCount - offset, Int64(bufferByteCount)))
      guard content.read(into: &buffer, atMost: wanted, at: offset) == wanted else {
        return work.change { $0.last = .failed }
      }
      if work.look(\.isStopped) { return }
      digester.take(&buffer, first: wanted)
      offset += Int64(wanted)
      let ended = digester.endedChunks
      for chunk in cutCount..<ended.count {
        part.append(ended.fingerprints[chunk], byteCount: ended.bytes(of: chunk).count)
        guard cutter.endsPart(after: ended.fingerprints[chunk]) else { continue }
        guard hand(part, to: work, aheadByteCount) else { return }
        part = ChunkList()
      }
      cutCount = ended.count
    }
    let (digest, chunks) = digester.finish()
    guard let chunks, content.surelyHeld(digest, isInterrupted: { work.look(\.isStopped) }) else {
      return work.change { $0.last = .failed }
    }
    part.append(chunksOf: chunks, from: cutCount)
    if part.count > 0 { _ = hand(part, to: work, aheadByteCount) }
    work.change { $0.last = .end(digest, chunks) }
  }

  /// Hands over a part when there is room for it; false if nothing more is wanted.
  private static func hand(
    _ part: ChunkList, to work: Monitor<Work>, _ aheadByteCount: Int64
  ) -> Bool {
    work.wait { work -> Bool? in
      if work.isStopped { return false }
      guard work.ready.byteCount < aheadByteCount else { return nil }
      work.ready.append(chunksOf: part)
      return true
    }
  }
}
