import Glibc
import TestSupport

/// Text from which the contents of small files are cut: it compresses as text does, and no two
/// files of 16 bytes or more have the same.
struct ContentPool: Sendable {
  private static let byteCount = 1 << 20
  private let text: [UInt8]

  init() {
    var random = SplitMix(seed: 0x7e47)
    let words = (0..<2_000).map { _ in
      Array("\(String(random.next() >> (24 + random.next() % 36), radix: 36)) ".utf8)
    }
    var text: [UInt8] = []
    while text.count < Self.byteCount + 1_000_000 {
      // Squared, so that some words are common and most are not.
      let pick = random.below(words.count) * random.below(words.count) / words.count
      text += words[pick]
    }
    self.text = text
  }

  /// Replaces the content of the file behind `descriptor`, which is empty, by `byteCount` bytes of
  /// which the first are those of `tag`.
  func write(_ byteCount: Int, tag: UInt64, to descriptor: Int32) throws {
    let start = Int(tag % UInt64(Self.byteCount))
    var header = tag.bigEndian
    try text.withUnsafeBytes { text in
      try withUnsafeBytes(of: &header) { header in
        let headerCount = min(byteCount, header.count)
        // SAFETY: `writev(2)` reads no further than the counts say, which lie in both buffers.
        let parts = [
          iovec(
            iov_base: UnsafeMutableRawPointer(mutating: header.baseAddress), iov_len: headerCount),
          iovec(
            iov_base: UnsafeMutableRawPointer(mutating: text.baseAddress?.advanced(by: start)),
            iov_len: byteCount - headerCount),
        ]
        guard writev(descriptor, parts, 2) == byteCount else { throw SystemFailure("writev") }
      }
    }
  }
}
