import TestSupport

/// Some bytes of a stream that is known by its number.
struct Stretch: Hashable, Sendable, CustomStringConvertible {
  /// 0 is zeros, the next are repeated after a few bytes or many, and the others are random.
  var stream: Int
  var start: Int
  var count: Int

  var description: String { "\(stream):\(start)..<\(start + count)" }

  private static let periods = [1: 3, 2: 70_001]

  /// Appends the bytes.
  func append(to bytes: inout [UInt8]) {
    guard stream > 0 else {
      bytes += repeatElement(0, count: count)
      return
    }
    let period = Self.periods[stream] ?? .max
    var random = SplitMix(seed: 0)
    var word: UInt64 = 0
    var wordIndex = -1
    for index in start..<(start + count) {
      let position = index % period
      if position / 8 != wordIndex {
        wordIndex = position / 8
        random = SplitMix(seed: UInt64(stream) << 40 + UInt64(wordIndex))
        word = random.next()
      }
      bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(position % 8 * 8)))
    }
  }
}

/// A content as a list of stretches, so that it can be printed and made smaller.
typealias StretchedContent = [Stretch]

extension StretchedContent {
  /// A content of a few stretches.
  static func random(_ maximumByteCount: Int, using random: inout SplitMix) -> StretchedContent {
    (0..<(1 + random.below(4))).map { _ in
      Stretch(
        stream: random.below(8), start: random.below(3) * 10_000,
        count: 1 + random.below(maximumByteCount / 4))
    }
  }

  var byteCount: Int { reduce(0) { $0 + $1.count } }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount)
    for stretch in self { stretch.append(to: &bytes) }
    return bytes
  }

  /// The part with some of the bytes.
  func part(_ range: Range<Int>) -> StretchedContent {
    var offset = 0
    return compactMap { stretch in
      defer { offset += stretch.count }
      let kept = range.clamped(to: offset..<(offset + stretch.count))
      return kept.isEmpty
        ? nil
        : Stretch(
          stream: stretch.stream, start: stretch.start + kept.lowerBound - offset,
          count: kept.count)
    }
  }

  /// Does what a user of the file might do.
  mutating func edit(with other: StretchedContent, using random: inout SplitMix) {
    let size = byteCount
    let place = random.below(size + 1)
    let length = Swift.min(size - place, random.below([2, 100, 5000, 80_000][random.below(4)]))
    let selection = part(place..<(place + length))
    let head = part(0..<place)
    let tail = part((place + length)..<size)
    let inserted = other.part(0..<Swift.min(other.byteCount, random.below(30_000)))
    switch random.below(10) {
    case 0: self = head + inserted + selection + tail
    case 1: self = head + tail
    case 2: self = head + other.part(0..<Swift.min(other.byteCount, length)) + tail
    case 3: self = head + [Stretch(stream: 9, start: place, count: length)] + tail
    case 4: self = head + [Stretch(stream: 0, start: 0, count: length)] + tail
    case 5: self = tail + selection + head
    case 6: self = head + selection + selection + selection + tail
    case 7: self = head
    case 8: self += other
    default: if random.below(4) == 0 { self = [] }
    }
    removeAll { $0.count == 0 }
  }

  /// The content with a stretch less, or a shorter one.
  var smaller: some Sequence<StretchedContent> {
    smaller { stretch in
      [stretch.count / 2, stretch.count - 4096, stretch.count - 1]
        .filter { (1..<stretch.count).contains($0) }
        .map { Stretch(stream: stretch.stream, start: stretch.start, count: $0) }
    }
  }
}
