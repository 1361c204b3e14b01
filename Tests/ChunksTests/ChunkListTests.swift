import Replica
import TestSupport
import Testing

@testable import Chunks

@Suite struct ChunkListTests {
  @Test(arguments: SplitMix.seeds)
  func `a part of a content is found where it is, and nowhere else`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let whole = ChunkList.random(60, using: &random)
    var part = ChunkList()
    part.append(chunksOf: whole, from: 40)
    #expect(part.count == 20)
    #expect(part.byteCounts == Array(whole.byteCounts[40...]))
    #expect(whole.has(part, from: 40))
    for first in 0..<60 where first != 40 { #expect(!whole.has(part, from: first), "seed \(seed)") }
    var other = ChunkList()
    other.append(chunksOf: part)
    other.append(1, byteCount: 8192)
    #expect(!whole.has(other, from: 40))
    // The same, but for how long the last is.
    var longer = ChunkList(
      zip(part.fingerprints, part.byteCounts).dropLast().map { ($0, $1) })
    longer.append(part.fingerprints[19], byteCount: part.byteCounts[19] + 1)
    #expect(!whole.has(longer, from: 40))
  }

  private static func encoded(_ chunks: ChunkList) -> [UInt8] {
    var bytes: [UInt8] = []
    chunks.encode(to: &bytes)
    return bytes
  }

  private static func sample(_ count: Int) -> ChunkList {
    var random = SplitMix(seed: UInt64(count))
    return .random(count, using: &random)
  }

  /// Chunks of lengths that no cut makes but that may be written.
  private static let odd = ChunkList([(0, 1), (.max, 65_536), (7, 127), (7, 128), (1, 1)])

  @Test(arguments: [ChunkList(), sample(1), sample(2), sample(500), odd])
  func `a list is read as it was written`(chunks: ChunkList) throws {
    let bytes = Self.encoded(chunks)
    #expect(try ChunkList(encoded: bytes, byteCount: chunks.byteCount) == chunks)
    #expect(chunks.byteCounts.reduce(0, +) == Int(chunks.byteCount))
  }

  @Test func `a list is written behind what is there`() {
    var bytes: [UInt8] = [1, 2]
    Self.odd.encode(to: &bytes)
    #expect(bytes == [1, 2] + Self.encoded(Self.odd))
    #expect(
      Self.encoded(ChunkList([(0x0102_0304_0506_0708, 300)])) == [
        1, 0xac, 2, 8, 7, 6, 5, 4, 3, 2, 1,
      ])
  }

  @Test(arguments: [ChunkList(), sample(2), odd])
  func `a list of a content of another length is refused`(chunks: ChunkList) {
    for byteCount in [chunks.byteCount - 1, chunks.byteCount + 1, .max, .min] {
      #expect(throws: Malformed.count) {
        try ChunkList(encoded: Self.encoded(chunks), byteCount: byteCount)
      }
    }
  }

  @Test func `a list that ends early, or late, is refused`() {
    let chunks = Self.sample(20)
    let bytes = Self.encoded(chunks)
    for count in bytes.indices {
      #expect(throws: Malformed.self, "cut to \(count)") {
        try ChunkList(encoded: Array(bytes[..<count]), byteCount: chunks.byteCount)
      }
    }
    #expect(throws: Malformed.trailing) {
      try ChunkList(encoded: bytes + [0], byteCount: chunks.byteCount)
    }
  }

  @Test(arguments: SplitMix.seeds)
  func `a list with a flipped byte is refused or is another`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let chunks = Self.sample(20)
    for index in Self.encoded(chunks).indices {
      var bytes = Self.encoded(chunks)
      bytes[index] ^= UInt8(1 + random.below(255))
      do {
        let read = try ChunkList(encoded: bytes, byteCount: chunks.byteCount)
        #expect(Self.encoded(read) == bytes && read != chunks, "seed \(seed), byte \(index)")
      } catch {
        continue
      }
    }
  }

  @Test(arguments: [(0, .number), (65_537, .count), (.max, .count)] as [(UInt64, Malformed)])
  func `a chunk of no size or of too large a one is refused`(size: UInt64, error: Malformed) {
    var bytes: [UInt8] = [1]
    bytes.append(varint: size)
    bytes.append(fixed: UInt64(5))
    #expect(throws: error) {
      try ChunkList(encoded: bytes, byteCount: Int64(truncatingIfNeeded: size))
    }
  }

  @Test(arguments: [2, 1 << 32, 1 << 63, .max] as [UInt64])
  func `more chunks than there are bytes are refused`(count: UInt64) {
    var bytes: [UInt8] = []
    bytes.append(varint: count)
    bytes += [UInt8](repeating: 1, count: 17)
    #expect(throws: Malformed.count) { try ChunkList(encoded: bytes, byteCount: 2) }
  }

  @Test(arguments: SplitMix.seeds)
  func `a sketch is the eight smallest fingerprints, each once`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    for count in [0, 1, 7, 8, 9, 200] {
      for bound in [3, 12, .max] {
        let fingerprints = (0..<count).map { _ in UInt64(random.below(bound)) }
        let chunks = ChunkList(fingerprints.map { ($0, 8192) })
        #expect(chunks.sketch == Array(Set(fingerprints).sorted().prefix(8)), "seed \(seed)")
      }
    }
  }
}
