/// A SHA-256 digest: 32 bytes, held as four words so that it is trivial to copy and compare.
package struct Digest: Sendable, BitwiseCopyable {
  /// The number of bytes in a digest.
  package static let byteCount = 32

  /// 32 zero bytes, the placeholder where an entry has no content.
  package static let zero = Digest(words: (0, 0, 0, 0))

  /// The bytes in order, eight to a word, the first in the lowest byte.
  let words: (UInt64, UInt64, UInt64, UInt64)

  init(words: (UInt64, UInt64, UInt64, UInt64)) {
    self.words = words
  }

  /// Reads a digest from the first 32 bytes of `bytes`, which must hold as many.
  package init(_ bytes: RawSpan) {
    precondition(bytes.byteCount >= Self.byteCount, "a digest is 32 bytes")
    words = (bytes.word(at: 0), bytes.word(at: 8), bytes.word(at: 16), bytes.word(at: 24))
  }

  /// The bitwise difference of both: over many digests, a sum that does not depend on their order,
  /// and from which one is taken by adding it again. It tells of damage, not of forgery.
  package func combined(with other: Digest) -> Digest {
    Digest(
      words: (
        words.0 ^ other.words.0, words.1 ^ other.words.1, words.2 ^ other.words.2,
        words.3 ^ other.words.3
      ))
  }

  /// The first eight bytes, as a number: enough to tell digests apart that are not meant to clash.
  package var prefix: UInt64 { words.0 }

  /// The 32 bytes, in order.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.byteCount)
    append(to: &bytes)
    return bytes
  }

  /// Appends the 32 bytes to `output`.
  package func append(to output: inout [UInt8]) {
    output.append(addingCapacity: Self.byteCount) { append(to: &$0) }
  }

  /// Appends the 32 bytes to `output`, which must have room for them.
  package func append(to output: inout OutputSpan<UInt8>) {
    let littleEndian: [4 of UInt64] = [
      words.0.littleEndian, words.1.littleEndian, words.2.littleEndian, words.3.littleEndian,
    ]
    output.append(littleEndian.span.bytes)
  }

  /// Puts the 32 bytes into `output`, which must have room for them, from `offset` on.
  func store(into output: inout MutableSpan<UInt8>, at offset: Int) {
    var bytes = output.mutableBytes
    bytes.storeBytes(of: words.0.littleEndian, toByteOffset: offset, as: UInt64.self)
    bytes.storeBytes(of: words.1.littleEndian, toByteOffset: offset + 8, as: UInt64.self)
    bytes.storeBytes(of: words.2.littleEndian, toByteOffset: offset + 16, as: UInt64.self)
    bytes.storeBytes(of: words.3.littleEndian, toByteOffset: offset + 24, as: UInt64.self)
  }
}

extension Digest: Hashable {
  /// Whether all 32 bytes are the same.
  package static func == (left: Digest, right: Digest) -> Bool {
    left.words == right.words
  }

  /// Feeds the first bytes, which are as good as random.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
  }
}

extension Digest: Comparable {
  /// Orders digests as their bytes are ordered.
  package static func < (left: Digest, right: Digest) -> Bool {
    (
      left.words.0.byteSwapped, left.words.1.byteSwapped, left.words.2.byteSwapped,
      left.words.3.byteSwapped
    ) < (
      right.words.0.byteSwapped, right.words.1.byteSwapped, right.words.2.byteSwapped,
      right.words.3.byteSwapped
    )
  }
}

extension Digest: CustomStringConvertible {
  /// The digest as `sha256sum` prints it: 64 lower-case hexadecimal digits.
  package var description: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
