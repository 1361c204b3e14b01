internal import Hashing

/// How a content is put together: ranges that are copied from what the destination has, and gaps
/// whose content comes from the source.
package struct Recipe: Sendable {
  /// Where a range is copied from.
  package enum Origin: Hashable, Sendable {
    /// One of the old contents, by number.
    case basis(Int)
    /// The new content itself, further ahead.
    case itself
  }

  /// A range that is copied.
  package struct CopiedRange: Equatable, Sendable {
    /// Where it is in the new content.
    package let range: Range<Int64>
    /// What it is copied from.
    package let origin: Origin
    /// Where it begins there.
    package let start: Int64

    /// Creates a range.
    package init(range: Range<Int64>, origin: Origin, start: Int64) {
      self.range = range
      self.origin = origin
      self.start = start
    }

    /// Whether it begins at the same place there.
    var isInPlace: Bool { origin == .basis(0) && start == range.lowerBound }

    /// The two as one, if `next` is copied from behind this one to behind it.
    package func joined(with next: CopiedRange) -> CopiedRange? {
      guard origin == next.origin, range.upperBound == next.range.lowerBound,
        start + Int64(range.count) == next.start
      else { return nil }
      // What is copied of the new content must be there before the copying begins.
      guard origin != .itself || next.start + Int64(next.range.count) <= range.lowerBound else {
        return nil
      }
      return CopiedRange(
        range: range.lowerBound..<next.range.upperBound, origin: origin, start: start)
    }
  }

  /// A range that is lacking.
  package struct Gap: Equatable, Sendable {
    /// Where it is in the new content.
    package let range: Range<Int64>
    /// Whether the first of the old contents seems to have an older version of it in the same place; nil if
    /// nothing tells.
    package let isInPlace: Bool?
  }

  /// The most bytes of one gap; longer ones are several.
  package static let maximumGapByteCount: Int64 = 8 << 20

  /// The ranges that are copied, in order.
  package let copied: [CopiedRange]
  /// The ranges that are lacking, in order.
  package let gaps: [Gap]

  /// Makes the recipe of a content of `byteCount` bytes, or of the `part` of it, from the ranges that were
  /// found, which do not overlap, in any order; `formerByteCount` is the length of the first of the old
  /// contents.
  package init(
    _ found: [CopiedRange], byteCount: Int64, part: Range<Int64>? = nil, formerByteCount: Int64?
  ) {
    let part = part ?? 0..<byteCount
    var copied: [CopiedRange] = []
    for range in found.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      if let joined = copied.last?.joined(with: range) {
        copied[copied.count - 1] = joined
      } else {
        copied.append(range)
      }
    }
    self.copied = copied
    var gaps: [Gap] = []
    for next in 0...copied.count {
      let start = next == 0 ? part.lowerBound : copied[next - 1].range.upperBound
      let end = next == copied.count ? part.upperBound : copied[next].range.lowerBound
      let isBesidePlaced =
        (next > 0 && copied[next - 1].isInPlace) || (next < copied.count && copied[next].isInPlace)
      let isInPlace = copied.isEmpty && formerByteCount != nil ? nil : isBesidePlaced
      for gap in Self.gaps(cutting: start..<end) {
        gaps.append(Gap(range: gap, isInPlace: isInPlace))
      }
    }
    self.gaps = gaps
  }

  /// Cuts what is lacking into gaps of bounded size: at multiples of the largest.
  package static func gaps(cutting gap: Range<Int64>) -> [Range<Int64>] {
    cut(gap, atMultiplesOf: maximumGapByteCount)
  }

  /// The size of the pages that a gap in place is compared by, in bytes.
  package static let pageByteCount: Int64 = 4096

  /// The pages of a gap with their fingerprints, as far as `bytes`, which begin where it does, hold
  /// them whole; they begin at multiples of their size, but for the first.
  package static func pages(
    of gap: Range<Int64>, in bytes: Span<UInt8>
  ) -> [(range: Range<Int64>, fingerprint: UInt64)] {
    var fingerprint = Fingerprint()
    var pages: [(range: Range<Int64>, fingerprint: UInt64)] = []
    for range in cut(gap, atMultiplesOf: pageByteCount) {
      let start = Int(range.lowerBound - gap.lowerBound)
      guard start + range.count <= bytes.count else { break }
      let page = bytes.extracting(start..<(start + range.count))
      pages.append((range, fingerprint.of(page.bytes)))
    }
    return pages
  }

  private static func cut(
    _ range: Range<Int64>, atMultiplesOf size: Int64
  ) -> [Range<Int64>] {
    var parts: [Range<Int64>] = []
    var start = range.lowerBound
    while start < range.upperBound {
      let end = start + min(range.upperBound - start, size - start % size)
      parts.append(start..<end)
      start = end
    }
    return parts
  }
}
