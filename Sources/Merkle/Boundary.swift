import Hashing

/// The hash that places the boundaries of a tree: SipHash-2-4 of a key under a published key.
///
/// It depends on the key's bytes alone, so that an edit never moves a boundary and an insertion
/// moves at most the ones beside it.
package struct Boundary: Hashable, Sendable, BitwiseCopyable {
  /// The published key: the 16 bytes "treemend boundar".
  private static let siphash = SipHash(key0: 0x646e_656d_6565_7274, key1: 0x7261_646e_756f_6220)

  /// The 64 bits.
  package let rawValue: UInt64

  /// Hashes a key.
  package init(of key: Span<UInt8>) {
    rawValue = Self.siphash.hash(key.bytes)
  }

  /// Takes the bits of a hash made before.
  package init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// A name for the key in messages: the upper 32 bits, which the height does not depend on but
  /// for keys that nobody finds.
  package var tag: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }
}

/// The shape of trees: how many things a node holds on average and at most.
package struct TreeShape: Hashable, Sendable {
  /// The zero bits of a boundary that lift it by one level; the fanout is 2 to this power.
  package let bitsPerLevel: Int
  /// The most entries of a bucket, and children of a node, whatever their keys are.
  package let maximumCount: Int

  /// Creates a shape.
  package init(bitsPerLevel: Int, maximumCount: Int) {
    self.bitsPerLevel = bitsPerLevel
    self.maximumCount = maximumCount
  }

  /// The shape of every tree on disk and on the wire: 32 a node on average, 512 at most.
  package static let standard = TreeShape(bitsPerLevel: 5, maximumCount: 512)

  /// The highest level at whose end a key stands: 0 for most keys, 1 where a bucket ends, and so
  /// on.
  func height(of boundary: Boundary) -> Int {
    boundary.rawValue.trailingZeroBitCount / bitsPerLevel
  }
}

/// Cuts a sequence into runs: after each boundary of the level, and after so many without one.
///
/// The hard cut looks at nothing but how many came since the last cut. So the runs depend on the
/// sequence alone, can be made in one pass, and begin anew at any cut; and names that were crafted
/// to have no boundaries, or nothing but boundaries, cannot unbalance the tree.
package struct RunCutter: Sendable {
  private let shape: TreeShape
  private let level: Int
  private var count = 0

  /// Cuts the items below nodes of `level`: entries below level 1, buckets below level 2.
  package init(level: Int, shape: TreeShape = .standard) {
    self.level = level
    self.shape = shape
  }

  /// Whether the next item begins a run.
  package var isAtStart: Bool { count == 0 }

  /// Counts the item whose last key has `boundary`; returns whether its run ends with it.
  package mutating func endsRun(after boundary: Boundary) -> Bool {
    count += 1
    guard shape.height(of: boundary) >= level || count == shape.maximumCount else { return false }
    count = 0
    return true
  }
}
