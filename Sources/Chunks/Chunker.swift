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
  private var former: FormerChunks?
  /// What has come of a chunk that is likely to be one of the former version.
  private var held: [UInt8] = []

  /// Begins a content.
  package init() {}

  /// Whether there are more chunks than are kept or offered: then they need not be looked for.
  package var isBeyondLimit: Bool { list.count > ChunkList.maximumCount }

  /// The chunks that have come to their end.
  package var ended: ChunkList { list }

  /// Expects the content that has been begun to be much the same as a former version, which was cut by this
  /// rule. That moves no cut: a chunk that is there again ends where it did, and its fingerprint tells.
  ///
  /// PERF: what is there again costs no gear hash. A push of 2 GB in which 1,000 pages were overwritten
  /// takes 3.7 s of both ends' CPU instead of 4.2.
  package mutating func expect(_ former: ChunkList) {
    self.former = FormerChunks(former)
  }

  /// Goes on with the next bytes of the content.
  package mutating func append(_ bytes: Span<UInt8>) {
    var rest = bytes
    while !rest.isEmpty {
      guard byteCount == 0, let likely = former?.next else {
        rest = rest.extracting(droppingFirst: search(rest))
        continue
      }
      guard held.isEmpty, rest.count >= likely.byteCount else {
        let count = min(rest.count, likely.byteCount - held.count)
        held.append(span: rest.extracting(first: count))
        rest = rest.extracting(droppingFirst: count)
        if held.count == likely.byteCount { appendHeld(likely) }
        continue
      }
      if close(rest.extracting(first: likely.byteCount), ifItIs: likely) {
        rest = rest.extracting(droppingFirst: likely.byteCount)
      }
    }
  }

  /// Goes on with what is held, which is a chunk of the former version or none.
  private mutating func appendHeld(_ likely: FormerChunks.Chunk) {
    let bytes = held
    held.removeAll()
    if !close(bytes.span, ifItIs: likely) { append(bytes.span) }
  }

  /// Ends a chunk with `bytes`, if that is what was expected; otherwise its end is to be looked for.
  private mutating func close(_ bytes: Span<UInt8>, ifItIs likely: FormerChunks.Chunk) -> Bool {
    fingerprint.update(bytes.bytes)
    guard fingerprint.finalize() == likely.fingerprint else {
      former?.miss()
      return false
    }
    list.append(likely.fingerprint, byteCount: likely.byteCount)
    former?.advance()
    return true
  }

  /// Looks in `bytes` for where the chunk ends; returns how many of them it has.
  private mutating func search(_ bytes: Span<UInt8>) -> Int {
    let (count, isCut) = step(bytes)
    fingerprint.update(bytes.extracting(first: count).bytes)
    byteCount += count
    if isCut || byteCount == Self.maximumByteCount { close() }
    return count
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
    let fingerprint = fingerprint.finalize()
    list.append(fingerprint, byteCount: byteCount)
    former?.find(fingerprint)
    gear.restart()
    byteCount = 0
  }

  /// Begins anew, whatever came so far.
  package mutating func restart() {
    _ = finish()
  }

  /// Ends the content; the next begins anew.
  package mutating func finish() -> ChunkList {
    former = nil
    let rest = held
    held.removeAll()
    append(rest.span)
    if byteCount > 0 { close() }
    defer { list = ChunkList() }
    return list
  }
}
