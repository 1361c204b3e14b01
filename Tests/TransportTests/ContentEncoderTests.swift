import TestSupport
import Testing
import Wire

@testable import Transport

@Suite struct ContentEncoderTests {
  private static let text = Frame(.content, [UInt8](repeating: 7, count: 1 << 18))
  private static let noise = {
    var random = SplitMix(seed: 5)
    return Frame(.content, random.bytes(1 << 18))
  }()

  private static func link(nanosecondsPerByte: Int64) -> Pace {
    var pace = Pace()
    for _ in 0..<4 { pace.note(nanoseconds: nanosecondsPerByte << 20, byteCount: 1 << 20) }
    return pace
  }

  /// How many of so many frames are sent deflated.
  private static func deflatedCount(
    _ encoder: inout ContentEncoder, _ frame: Frame, _ count: Int, writing: Pace
  ) -> Int {
    (0..<count).count { _ in Frame.isDeflated(encoder.encode(frame, writing: writing)) }
  }

  @Test(
    arguments: [(.never, 0, 0), (.whenItPays, 100, 4), (.always, 100, 100)]
      as [(DeflateChoice.Policy, Int, Int)])
  func `text is deflated on a slow link, and on a fast one if it must be`(
    policy: DeflateChoice.Policy, slowCount: Int, fastCount: Int
  ) {
    for (nanoseconds, expected) in [(1_000_000, slowCount), (0, fastCount)] as [(Int64, Int)] {
      var encoder = ContentEncoder(policy)
      let link = Self.link(nanosecondsPerByte: nanoseconds)
      #expect(Self.deflatedCount(&encoder, Self.text, 100, writing: link) == expected)
    }
  }

  @Test(arguments: DeflateChoice.Policy.allCases)
  func `what does not deflate is sent as it is`(policy: DeflateChoice.Policy) {
    var encoder = ContentEncoder(policy)
    let link = Self.link(nanosecondsPerByte: 1_000_000)
    #expect(encoder.encode(Self.noise, writing: link) == Self.noise.encoded(deflating: false))
    #expect(Self.deflatedCount(&encoder, Self.noise, 20, writing: link) == 0)
  }

  @Test func `text is found behind much that does not deflate`() {
    var encoder = ContentEncoder(.whenItPays)
    let link = Self.link(nanosecondsPerByte: 1_000_000)
    #expect(Self.deflatedCount(&encoder, Self.noise, 300, writing: link) == 0)
    #expect(Self.deflatedCount(&encoder, Self.text, 65, writing: link) > 0)
    #expect(Self.deflatedCount(&encoder, Self.text, 10, writing: link) == 10)
  }

  @Test func `short frames do not count as tries`() {
    var encoder = ContentEncoder(.whenItPays)
    let link = Self.link(nanosecondsPerByte: 1_000_000)
    let digest = Frame(.digest, [UInt8](repeating: 1, count: 32))
    for _ in 0..<10 {
      #expect(encoder.encode(digest, writing: link) == digest.encoded(deflating: false))
      #expect(Self.deflatedCount(&encoder, Self.text, 1, writing: link) == 1)
    }
  }
}
