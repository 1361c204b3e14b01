import TestSupport
import Testing

@testable import Hashing

@Suite struct GearHashTests {
  private static let sip = SipHash(key0: 1, key1: 2)
  private static let content: [UInt8] = {
    var random = SplitMix(seed: 3)
    return random.bytes(9000)
  }()

  /// The hash by its definition: the sum over the last 64 bytes of what SipHash makes of each,
  /// moved to the left by how long ago it came.
  private static func hash(at end: Int) -> UInt64 {
    var sum: UInt64 = 0
    for index in max(0, end - 64)..<end {
      sum &+= sip.hash([content[index]].span.bytes) << UInt64(end - 1 - index)
    }
    return sum
  }

  @Test(arguments: [1 << 63, 1 << 60, 1 << 56, .max] as [UInt64])
  func `rolling ends where the hash is below the limit, and nowhere before`(limit: UInt64) {
    var gear = GearHash(Self.sip)
    var end = 0
    while end < Self.content.count {
      let (count, isFound) = gear.roll(Self.content.span.extracting(end...), until: limit)
      let ends = (end + 1)...Self.content.count
      let expected = ends.first { Self.hash(at: $0) < limit }
      #expect(isFound == (expected != nil))
      #expect(end + count == expected ?? Self.content.count)
      end += count
    }
  }

  @Test func `the lowest hash is found wherever the rolling begins`() throws {
    // With so much behind it, and before, that it comes in each place of each lane.
    let lowest = try #require((3000...6900).min { Self.hash(at: $0) < Self.hash(at: $1) })
    let limit = Self.hash(at: lowest) + 1
    for distance in 1...2900 {
      var gear = GearHash(Self.sip)
      let start = lowest - distance
      // It is to know its whole window.
      _ = gear.roll(Self.content.span.extracting((start - 63)..<start), until: 0)
      let found = gear.roll(Self.content.span.extracting(start...), until: limit)
      #expect(found == (distance, true))
    }
  }

  @Test func `nothing is below zero, and no bytes are no end`() {
    var gear = GearHash(Self.sip)
    #expect(gear.roll(Self.content.span, until: 0) == (Self.content.count, false))
    #expect(gear.roll(Self.content.span.extracting(..<0), until: .max) == (0, false))
  }

  @Test func `what came before a restart does not matter, nor what came 64 bytes ago`() throws {
    let start = 1000
    let limit = Self.hash(at: start + 64) + 1
    let rest = Self.content.span.extracting((start + 63)...)
    var long = GearHash(Self.sip)
    _ = long.roll(Self.content.span.extracting(..<(start + 63)), until: 0)
    #expect(long.roll(rest, until: limit) == (1, true))
    var anew = GearHash(Self.sip)
    _ = anew.roll(Self.content.span, until: 0)
    anew.restart()
    _ = anew.roll(Self.content.span.extracting(start..<(start + 63)), until: 0)
    #expect(anew.roll(rest, until: limit) == (1, true))
  }
}
