/// The chunks of a former version of a content, and which of them is likely to come next.
struct FormerChunks: Sendable {
  /// A chunk that is likely to come.
  struct Chunk {
    let fingerprint: UInt64
    let byteCount: Int
  }

  /// How many chunks before and behind the likely place one is looked for: some 12 MB.
  private static let reach = 512

  private let chunks: ChunkList
  /// Which one comes next if all goes on as it did.
  private var place = 0
  /// The chunk that is likely to come next; nil if there is no telling.
  private(set) var next: Chunk?

  /// Expects the first one.
  init(_ chunks: ChunkList) {
    self.chunks = chunks
    expectNext()
  }

  /// Goes on behind the one that was expected.
  mutating func advance() {
    place += 1
    expectNext()
  }

  /// Expects nothing, as long as no chunk is found again.
  mutating func miss() {
    next = nil
  }

  /// Goes on behind the chunk with a fingerprint that has just come, if there is one nearby.
  mutating func find(_ fingerprint: UInt64) {
    let nearby = chunks.fingerprints.prefix(place + Self.reach).dropFirst(
      max(0, place - Self.reach))
    guard let found = nearby.firstIndex(of: fingerprint) else {
      place += 1
      return
    }
    place = found + 1
    expectNext()
  }

  private mutating func expectNext() {
    next = nil
    // The last ends where the content did, and a peer may have listed others than the rule makes.
    guard place < chunks.count - 1 else { return }
    let byteCount = chunks.bytes(of: place).count
    guard (Chunker.minimumByteCount...Chunker.maximumByteCount).contains(byteCount) else { return }
    next = Chunk(fingerprint: chunks.fingerprints[place], byteCount: byteCount)
  }
}
