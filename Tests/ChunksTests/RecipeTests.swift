import Hashing
import TestSupport
import Testing

@testable import Chunks

@Suite struct RecipeTests {
  /// Ranges that do not overlap, in random order, and the length of the content they are of.
  private struct Found {
    var ranges: [Recipe.CopiedRange] = []
    var byteCount: Int64 = 0

    init(using random: inout SplitMix) {
      var last: Recipe.CopiedRange?
      for _ in 0..<random.below(40) {
        if random.below(3) == 0 { byteCount += Int64(1 + random.below(30_000_000)) }
        let range = byteCount..<(byteCount + Int64(1 + random.below(100_000)))
        let origin: Recipe.Origin =
          random.below(3) == 0 && byteCount > range.count
          ? .itself : .basis(random.below(2))
        var start = origin == .basis(0) && random.below(2) == 0 ? byteCount : 0
        // Often where the one before ends.
        if let last, last.origin == origin, random.below(3) > 0 {
          start = last.start + Int64(last.range.count)
        }
        if origin == .itself { start = min(start, range.lowerBound - Int64(range.count)) }
        let copied = Recipe.CopiedRange(range: range, origin: origin, start: start)
        ranges.append(copied)
        last = copied
        byteCount = range.upperBound
      }
      byteCount += Int64(random.below(2) * random.below(20_000_000))
      ranges.shuffle(using: &random)
    }
  }

  /// What each part of a content is made of, with what is joined taken apart at `cuts`.
  private static func parts(
    _ ranges: [Recipe.CopiedRange], cutAt cuts: [Int64]
  ) -> [[Int64]: Recipe.Origin] {
    var parts: [[Int64]: Recipe.Origin] = [:]
    for copied in ranges {
      let range = copied.range
      let inner = cuts.filter { range.lowerBound < $0 && $0 < range.upperBound }
      let ends = inner.sorted() + [range.upperBound]
      for (start, end) in zip([range.lowerBound] + ends, ends) {
        parts[[start, end, copied.start + start - range.lowerBound]] = copied.origin
      }
    }
    return parts
  }

  @Test(arguments: SplitMix.seeds)
  func `what is copied and the gaps are the content, and that is copied which was found`(
    seed: UInt64
  ) {
    var random = SplitMix(seed: seed)
    for _ in 0..<200 {
      let found = Found(using: &random)
      let recipe = Recipe(found.ranges, byteCount: found.byteCount, formerByteCount: nil)
      var offset: Int64 = 0
      let ranges = recipe.copied.map(\.range) + recipe.gaps.map(\.range)
      for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
        #expect(range.lowerBound == offset && !range.isEmpty, "seed \(seed)")
        offset = range.upperBound
      }
      #expect(offset == found.byteCount, "seed \(seed)")
      let cuts = found.ranges.map(\.range.lowerBound)
      #expect(
        Self.parts(recipe.copied, cutAt: cuts) == Self.parts(found.ranges, cutAt: []),
        "seed \(seed)")
      #expect(recipe.gaps.allSatisfy { $0.range.count <= 8 << 20 }, "seed \(seed)")
      for copied in recipe.copied where copied.origin == .itself {
        #expect(
          copied.start + Int64(copied.range.count) <= copied.range.lowerBound, "seed \(seed)")
      }
    }
  }

  private static func copied(
    _ range: Range<Int64>, _ origin: Recipe.Origin, _ start: Int64
  ) -> Recipe.CopiedRange {
    Recipe.CopiedRange(range: range, origin: origin, start: start)
  }

  @Test func `ranges that go on where the one before ends are one`() {
    let found = [
      Self.copied(20..<30, .basis(0), 120), Self.copied(0..<10, .basis(0), 100),
      Self.copied(10..<20, .basis(0), 110), Self.copied(30..<40, .basis(1), 130),
      Self.copied(40..<50, .basis(1), 141), Self.copied(60..<70, .basis(1), 161),
    ]
    let recipe = Recipe(found, byteCount: 70, formerByteCount: 70)
    #expect(
      recipe.copied == [Self.copied(0..<30, .basis(0), 100), found[3], found[4], found[5]])
    #expect(recipe.gaps == [Recipe.Gap(range: 50..<60, isInPlace: false)])
  }

  @Test func `what is copied of the new content itself is there before the copying begins`() {
    let found = [
      Self.copied(20..<30, .itself, 0), Self.copied(30..<40, .itself, 10),
      Self.copied(40..<50, .itself, 20),
    ]
    let recipe = Recipe(found, byteCount: 50, formerByteCount: nil)
    #expect(recipe.copied == [Self.copied(20..<40, .itself, 0), found[2]])
  }

  @Test func `a gap is in place beside a range that is, and may be where nothing was found`() {
    let inPlace = Self.copied(10..<20, .basis(0), 10)
    let moved = Self.copied(30..<40, .basis(0), 31)
    let other = Self.copied(50..<60, .basis(1), 50)
    func flags(_ found: [Recipe.CopiedRange], _ formerByteCount: Int64?) -> [Bool?] {
      Recipe(found, byteCount: 70, formerByteCount: formerByteCount).gaps.map(\.isInPlace)
    }
    #expect(flags([inPlace, moved, other], 70) == [true, true, false, false])
    #expect(flags([moved, other], 70) == [false, false, false])
    #expect(flags([], 70) == [nil])
    #expect(flags([], 71) == [nil])
    #expect(flags([], nil) == [false])
  }

  @Test(
    arguments: [
      (0..<0, []), (5..<5, []), (0..<8_388_608, [8_388_608]), (7..<8, [8]),
      (5..<16_777_217, [8_388_608, 16_777_216, 16_777_217]),
      (8_388_607..<8_388_609, [8_388_608, 8_388_609]),
    ] as [(Range<Int64>, [Int64])])
  func `long gaps are cut at multiples of 8 MiB`(gap: Range<Int64>, ends: [Int64]) {
    let parts = Recipe.gaps(cutting: gap)
    #expect(parts.map(\.upperBound) == ends)
    #expect(parts.map(\.lowerBound) == [gap.lowerBound] + ends.dropLast() || ends.isEmpty)
  }

  @Test(arguments: [0, 1, 4095, 4096, 5000] as [Int64], [0, 1, 4096, 9000, 12_288])
  func `pages are the whole ones that there are, at multiples of 4096`(start: Int64, count: Int) {
    var random = SplitMix(seed: 3)
    let gap = start..<(start + 12_000)
    let bytes = random.bytes(count)
    let pages = Recipe.pages(of: gap, in: bytes.span)
    var fingerprint = Fingerprint()
    var offset = gap.lowerBound
    for page in pages {
      #expect(page.range.lowerBound == offset)
      #expect(page.range.upperBound == min((offset / 4096 + 1) * 4096, gap.upperBound))
      offset = page.range.upperBound
      let part = Int(page.range.lowerBound - start)..<Int(page.range.upperBound - start)
      #expect(page.fingerprint == fingerprint.of(bytes.span.extracting(part).bytes))
    }
    let isNextWhole = min((offset / 4096 + 1) * 4096, gap.upperBound) - start <= count
    #expect(offset == gap.upperBound || !isNextWhole)
  }
}
