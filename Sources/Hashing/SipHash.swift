/// SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
package struct SipHash: Sendable, Hashable {
  private let key0: UInt64
  private let key1: UInt64

  /// Creates the function with a 128-bit key, given as the two little-endian words of its bytes.
  package init(key0: UInt64, key1: UInt64) {
    self.key0 = key0
    self.key1 = key1
  }

  /// Returns the 64-bit hash of `bytes` under the key.
  package func hash(_ bytes: RawSpan) -> UInt64 {
    var state = State(key0, key1)
    let wholeCount = bytes.byteCount & ~7
    var offset = 0
    while offset < wholeCount {
      state.compress(bytes.word(at: offset))
      offset += 8
    }
    let rest = bytes.byteCount - wholeCount
    var last: UInt64 = 0
    if rest > 0, bytes.byteCount >= 8 {
      // The word that ends with the last byte holds them all.
      last = bytes.word(at: bytes.byteCount - 8) >> UInt64(64 - 8 * rest)
    } else {
      for index in 0..<rest {
        // SAFETY: every bit pattern is a `UInt8`, and the span checks the bounds.
        let byte = unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
        last |= UInt64(byte) << UInt64(8 * index)
      }
    }
    last |= UInt64(truncatingIfNeeded: bytes.byteCount) << 56
    state.compress(last)
    return state.finalize()
  }

  /// Returns the hash of a digest's 32 bytes under the key.
  package func hash(_ digest: Digest) -> UInt64 {
    var state = State(key0, key1)
    state.compress(digest.words.0)
    state.compress(digest.words.1)
    state.compress(digest.words.2)
    state.compress(digest.words.3)
    state.compress(UInt64(Digest.byteCount) << 56)
    return state.finalize()
  }
}

/// The four words that SipHash mixes.
private struct State {
  var v0, v1, v2, v3: UInt64

  init(_ key0: UInt64, _ key1: UInt64) {
    v0 = key0 ^ 0x736f_6d65_7073_6575
    v1 = key1 ^ 0x646f_7261_6e64_6f6d
    v2 = key0 ^ 0x6c79_6765_6e65_7261
    v3 = key1 ^ 0x7465_6462_7974_6573
  }

  mutating func compress(_ word: UInt64) {
    v3 ^= word
    round()
    round()
    v0 ^= word
  }

  mutating func finalize() -> UInt64 {
    v2 ^= 0xff
    for _ in 0..<4 { round() }
    return v0 ^ v1 ^ v2 ^ v3
  }

  private mutating func round() {
    v0 &+= v1
    v2 &+= v3
    v1 = v1.rotated(13) ^ v0
    v3 = v3.rotated(16) ^ v2
    v0 = v0.rotated(32)
    v2 &+= v1
    v0 &+= v3
    v1 = v1.rotated(17) ^ v2
    v3 = v3.rotated(21) ^ v0
    v2 = v2.rotated(32)
  }
}

extension UInt64 {
  fileprivate func rotated(_ bits: UInt64) -> UInt64 {
    self &<< bits | self &>> (64 &- bits)
  }
}
