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

/// The shape of trees: how many things a bucket and a node hold on average and at most.
package struct TreeShape: Hashable, Sendable {
  /// The zero bits of a boundary at which a bucket ends; a bucket holds 2 to this power entries on
  /// average.
  package let bucketBits: Int
  /// The zero bits beyond those that lift a boundary by one level more; the fanout is 2 to this
  /// power.
  package let fanoutBits: Int
  /// The most entries of a bucket, whatever their keys are.
  package let maximumCount: Int
  /// The most children of a node, whatever their keys are.
  package let maximumFanout: Int

  /// Creates a shape: buckets and nodes hold at most sixteen times as many as on average, or
  /// `maximumCount` if that is given.
  package init(bucketBits: Int, fanoutBits: Int, maximumCount: Int? = nil) {
    self.bucketBits = bucketBits
    self.fanoutBits = fanoutBits
    self.maximumCount = maximumCount ?? 16 << bucketBits
    maximumFanout = maximumCount ?? 16 << fanoutBits
  }

  /// The shape of every tree on disk and on the wire: 32 a bucket and a node on average, 512 at
  /// most.
  package static let standard = TreeShape(bucketBits: 5, fanoutBits: 5)

  /// The highest level at whose end a key stands: 0 for most keys, 1 where a bucket ends, and so
  /// on.
  func height(of boundary: Boundary) -> Int {
    let zeroBitCount = boundary.rawValue.trailingZeroBitCount
    return zeroBitCount < bucketBits ? 0 : 1 + (zeroBitCount - bucketBits) / fanoutBits
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
  private let maximumCount: Int
  private var count = 0

  /// Cuts the items below nodes of `level`: entries below level 1, buckets below level 2.
  package init(level: Int, shape: TreeShape = .standard) {
    self.level = level
    self.shape = shape
    maximumCount = level == 1 ? shape.maximumCount : shape.maximumFanout
  }

  /// Whether the next item begins a run.
  package var isAtStart: Bool { count == 0 }

  /// Counts the item whose last key has `boundary`; returns whether its run ends with it.
  package mutating func endsRun(after boundary: Boundary) -> Bool {
    count += 1
    guard shape.height(of: boundary) >= level || count == maximumCount else { return false }
    count = 0
    return true
  }
}
