import Hashing
import TestSupport

@testable import Chunks

/// The rule by which content is cut, as it is published: plainly, and without looking at the
/// chunker.
enum PublishedRule {
  private static let table: [UInt64] = {
    let key = Array("treemendchunks 1".utf8)
    func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
      bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    let siphash = SipHash(key0: word(key[..<8]), key1: word(key[8...]))
    return (UInt8.min...UInt8.max).map { siphash.hash([$0].span.bytes) }
  }()

  /// Whether the gear hash of the 64 bytes before each place has 14 zero bits at its top.
  static func quietPlaces(of content: [UInt8]) -> [Bool] {
    var hash: UInt64 = 0
    return [false]
      + content.map { byte in
        hash = hash << 1 &+ table[Int(byte)]
        return hash >> 50 == 0
      }
  }

  /// Where the chunks end.
  static func ends(of content: [UInt8]) -> [Int64] {
    let isQuiet = quietPlaces(of: content)
    var ends: [Int64] = []
    var start = 0
    while start < content.count {
      let last = min(start + 65_536, content.count)
      let cut = start + 8192 < last ? ((start + 8192)..<last).first { isQuiet[$0] } : nil
      start = cut ?? last
      ends.append(Int64(start))
    }
    return ends
  }
}

extension ChunkList {
  /// Chunks that nobody has cut.
  init(_ chunks: [(UInt64, Int)]) {
    self.init()
    for (fingerprint, byteCount) in chunks { append(fingerprint, byteCount: byteCount) }
  }

  /// So many chunks with random fingerprints and lengths.
  static func random(_ count: Int, using random: inout SplitMix) -> ChunkList {
    ChunkList(
      (0..<count).map { _ in (random.next(), 8192 + random.below(65_536 - 8192 + 1)) })
  }

  /// How long each is.
  var byteCounts: [Int] { (0..<count).map { bytes(of: $0).count } }
}
