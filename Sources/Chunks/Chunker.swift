internal import Hashing

/// Cuts content into chunks where the content itself says so, so that what is inserted or removed
/// moves the cuts beside it and no others.
///
/// A chunk ends behind the first byte at which the gear hash of the last 64 bytes has 14 zero
/// bits at its top, but not before the smallest size and never behind the largest.
package struct Chunker: ~Copyable {
  /// The smallest chunk in bytes; the last of a content may be smaller.
  package static let minimumByteCount = 8 << 10
  /// The largest chunk in bytes.
  package static let maximumByteCount = 64 << 10

  /// 14 zero bits: one place in 16,384.
  private static let cutLimit: UInt64 = 1 << 50
  /// The published key of the table: the 16 bytes "treemendchunks 1".
  private static let start = GearHash(
    SipHash(key0: 0x646e_656d_6565_7274, key1: 0x3120_736b_6e75_6863))

  private var gear = start
  private var fingerprint = Fingerprint()
  /// How many bytes the chunk has so far.
  private var byteCount = 0
  private var list = ChunkList()

  /// Begins a content.
  package init() {}

  /// Whether there are more chunks than are kept or offered: then they need not be looked for.
  package var isBeyondLimit: Bool { list.count > ChunkList.maximumCount }

  /// The chunks that have come to their end.
  package var ended: ChunkList { list }

  /// Goes on with the next bytes of the content.
  package mutating func append(_ bytes: Span<UInt8>) {
    var rest = bytes
    while !rest.isEmpty {
      let (count, isCut) = step(rest)
      fingerprint.update(rest.extracting(first: count).bytes)
      byteCount += count
      if isCut || byteCount == Self.maximumByteCount { close() }
      rest = rest.extracting(droppingFirst: count)
    }
  }

  /// Goes on with the first `count` of `bytes`.
  package mutating func append(_ bytes: [UInt8], first count: Int) {
    append(bytes.span.extracting(first: count))
  }

  /// How many bytes surely belong to the chunk, and whether it ends with them.
  private mutating func step(_ bytes: Span<UInt8>) -> (Int, Bool) {
    let quietByteCount = Self.minimumByteCount - GearHash.windowByteCount
    if byteCount < quietByteCount { return (min(bytes.count, quietByteCount - byteCount), false) }
    if byteCount < Self.minimumByteCount - 1 {
      // The hash is to know its whole window when it is first asked.
      let window = bytes.extracting(first: min(bytes.count, Self.minimumByteCount - 1 - byteCount))
      return (gear.roll(window, until: 0).0, false)
    }
    return gear.roll(
      bytes.extracting(first: min(bytes.count, Self.maximumByteCount - byteCount)),
      until: Self.cutLimit)
  }

  private mutating func close() {
    list.append(fingerprint.finalize(), byteCount: byteCount)
    gear.restart()
    byteCount = 0
  }

  /// Begins anew, whatever came so far.
  package mutating func restart() {
    _ = finish()
  }

  /// Ends the content; the next begins anew.
  package mutating func finish() -> ChunkList {
    if byteCount > 0 { close() }
    defer { list = ChunkList() }
    return list
  }
}
