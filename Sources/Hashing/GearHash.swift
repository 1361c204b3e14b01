/// The gear hash (Xia and others, "Ddelta: A deduplication-inspired fast delta compression
/// approach", 2014): a rolling hash whose highest bit depends on the last 64 bytes.
package struct GearHash: Sendable {
  /// How many bytes the hash depends on.
  package static let windowByteCount = 64

  private let table: [256 of UInt64]
  private var hash: UInt64 = 0

  /// Creates the hash over a table made of SipHash-2-4 of each byte under a key.
  package init(_ siphash: SipHash) {
    var table: [256 of UInt64] = .init(repeating: 0)
    for byte in UInt8.min...UInt8.max {
      table[Int(byte)] = siphash.hash([byte].span.bytes)
    }
    self.table = table
  }

  /// Forgets what it has seen.
  package mutating func restart() {
    hash = 0
  }

  /// Adds bytes until the hash is below `limit`; returns how many were added, and whether it ended so.
  package mutating func roll(_ bytes: Span<UInt8>, until limit: UInt64) -> (Int, Bool) {
    var count = 0
    while bytes.count - count >= Self.groupByteCount {
      let group = bytes.extracting(count..<(count + Self.groupByteCount))
      guard skip(group, unlessBelow: limit) else { break }
      count += Self.groupByteCount
    }
    let (rest, isFound) = step(bytes.extracting(droppingFirst: count), until: limit)
    return (count + rest, isFound)
  }

  private static let laneByteCount = 512
  private static let groupByteCount = 4 * laneByteCount

  /// Adds the bytes of a group, unless the hash is below `limit` after one of them.
  ///
  /// PERF: each hash waits for the one before it, so four lanes go at more than twice the speed of one.
  private mutating func skip(_ group: Span<UInt8>, unlessBelow limit: UInt64) -> Bool {
    let lane = Self.laneByteCount
    var hash0 = hash
    var hash1: UInt64 = 0
    var hash2: UInt64 = 0
    var hash3: UInt64 = 0
    // What the hash depends on before the last three lanes.
    for index in (lane - Self.windowByteCount)..<lane {
      hash1 = hash1 &<< 1 &+ table[Int(group[index])]
      hash2 = hash2 &<< 1 &+ table[Int(group[index + lane])]
      hash3 = hash3 &<< 1 &+ table[Int(group[index + 2 * lane])]
    }
    for index in 0..<lane {
      // SAFETY: a group has four lanes.
      unsafe hash0 = hash0 &<< 1 &+ table[Int(group[unchecked: index])]
      unsafe hash1 = hash1 &<< 1 &+ table[Int(group[unchecked: index &+ lane])]
      unsafe hash2 = hash2 &<< 1 &+ table[Int(group[unchecked: index &+ 2 &* lane])]
      unsafe hash3 = hash3 &<< 1 &+ table[Int(group[unchecked: index &+ 3 &* lane])]
      guard min(min(hash0, hash1), min(hash2, hash3)) >= limit else { return false }
    }
    hash = hash3
    return true
  }

  private mutating func step(_ bytes: Span<UInt8>, until limit: UInt64) -> (Int, Bool) {
    var hash = hash
    for index in bytes.indices {
      hash = hash &<< 1 &+ table[Int(bytes[index])]
      if hash < limit {
        self.hash = hash
        return (index + 1, true)
      }
    }
    self.hash = hash
    return (bytes.count, false)
  }
}
