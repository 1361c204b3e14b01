/// The generator SplitMix64: the same numbers for the same seed.
package struct SplitMix: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Begins at `seed`.
  package init(seed: UInt64) {
    state = seed
  }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word >> 31
  }

  /// A number from 0 up to `bound`, which is left out.
  package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// So many random bytes.
  package mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  /// Fixed seeds, and one that is new each time; a test names the one that failed.
  package static let seeds: [UInt64] = [1, 2, .random(in: .min ... .max)]
}
