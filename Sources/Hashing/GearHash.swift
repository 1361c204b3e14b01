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
