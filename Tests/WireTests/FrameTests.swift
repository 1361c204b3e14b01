import Replica
import TestSupport
import Testing

@testable import Wire

@Suite struct FrameTests {
  /// The header and body of bytes on a pipe, as a receiver takes them apart.
  private static func received(_ bytes: [UInt8]) throws -> Frame {
    let header = Array(bytes.prefix(Frame.headerByteCount))
    let count = try Frame.payloadByteCount(header: header)
    try #require(bytes.count == Frame.headerByteCount + count)
    return try Frame(header: header, body: Array(bytes.dropFirst(Frame.headerByteCount)))
  }

  private static func header(_ count: UInt32, _ kind: UInt8) -> [UInt8] {
    var header: [UInt8] = []
    header.append(fixed: count)
    return header + [kind]
  }

  @Test(arguments: Frame.Kind.allCases, [true, false])
  func `a frame arrives as it was sent`(kind: Frame.Kind, isDeflating: Bool) throws {
    var random = SplitMix(seed: 1)
    let noise = (0..<1000).map { _ in UInt8(random.next() % 256) }
    for payload in [[], [1], noise, [UInt8](repeating: 9, count: 1000)] {
      let frame = Frame(kind, payload)
      #expect(try Self.received(frame.encoded(deflating: isDeflating)) == frame)
    }
  }

  @Test func `the bytes of a frame are length, kind and payload`() {
    #expect(Frame(.failure, [7, 8]).encoded(deflating: true) == [2, 0, 0, 0, 15, 7, 8])
  }

  @Test func `what deflates by an eighth is deflated`() throws {
    var random = SplitMix(seed: 1)
    let noise = (0..<800).map { _ in UInt8(random.next() % 256) }
    let zeros = [UInt8](repeating: 0, count: 127)
    #expect(Frame(.content, noise).encoded(deflating: true).count == 805)
    #expect(Frame(.content, noise + zeros + zeros).encoded(deflating: true)[4] == 9 | 0x80)
    #expect(Frame(.content, noise + zeros.prefix(60)).encoded(deflating: true)[4] == 9)
    #expect(Frame(.content, zeros).encoded(deflating: true)[4] == 9)
    #expect(Frame(.content, zeros + [0]).encoded(deflating: true)[4] == 9 | 0x80)
    #expect(Frame(.content, zeros + zeros).encoded(deflating: false).count == 259)
  }

  @Test func `a payload may have 262144 bytes`() throws {
    let payload = [UInt8](repeating: 1, count: Frame.maximumPayloadByteCount)
    for isDeflating in [true, false] {
      let frame = Frame(.content, payload)
      #expect(try Self.received(frame.encoded(deflating: isDeflating)) == frame)
    }
    #expect(try Frame.payloadByteCount(header: Self.header(262_144, 9)) == 262_144)
    #expect(throws: Malformed.count) { try Frame.payloadByteCount(header: Self.header(262_145, 9)) }
    #expect(throws: Malformed.count) { try Frame.payloadByteCount(header: Self.header(.max, 9)) }
  }

  @Test(arguments: Set(0...255).subtracting((1...28).flatMap { [$0, $0 | 0x80] }))
  func `a kind that there is not is refused`(kind: UInt8) {
    let header = Self.header(0, kind)
    #expect(throws: Malformed.kind) { try Frame.payloadByteCount(header: header) }
    #expect(throws: Malformed.kind) { try Frame(header: header, body: []) }
  }

  @Test func `a header that ends early is refused`() {
    for count in 0..<5 {
      let header = Array(Self.header(0, 1).prefix(count))
      #expect(throws: Malformed.truncated) { try Frame.payloadByteCount(header: header) }
      #expect(throws: Malformed.kind) { try Frame(header: header, body: []) }
    }
  }
}

@Suite struct DeflateTests {
  private static let text = Array(String(repeating: "a directory of names ", count: 100).utf8)

  private static func deflated(_ bytes: [UInt8] = text) throws -> [UInt8] {
    try #require(Deflate.deflate(bytes, atMost: bytes.count))
  }

  @Test func `what was deflated is inflated`() throws {
    #expect(try Deflate.inflate(Self.deflated(), atMost: Self.text.count) == Self.text)
  }

  @Test func `a bomb is refused by what it says, and by what it holds`() throws {
    let bomb = try Self.deflated([UInt8](repeating: 0, count: 10_000_000))
    #expect(bomb.count < 100_000)
    #expect(throws: Malformed.count) { try Deflate.inflate(bomb, atMost: 262_144) }
    var lying: [UInt8] = []
    lying.append(count: 262_144)
    var reader = ByteReader(bomb)
    _ = try reader.readVarint()
    lying += try reader.readBytes(reader.remainingCount)
    #expect(throws: Malformed.truncated) { try Deflate.inflate(lying, atMost: 262_144) }
  }

  @Test func `another length than it says is refused`() throws {
    let body = Array(try Self.deflated().dropFirst(2))
    for count in [0, 1, Self.text.count - 1, Self.text.count + 1] {
      var bytes: [UInt8] = []
      bytes.append(count: count)
      #expect(throws: Malformed.truncated) { try Deflate.inflate(bytes + body, atMost: 10_000) }
    }
  }

  @Test func `what ends early or goes on behind the end is refused`() throws {
    let bytes = try Self.deflated()
    for count in bytes.indices {
      #expect(throws: Malformed.self) {
        try Deflate.inflate(Array(bytes[..<count]), atMost: 10_000)
      }
    }
    #expect(throws: Malformed.trailing) { try Deflate.inflate(bytes + [0], atMost: 10_000) }
  }

  @Test func `flipped bits are noticed`() throws {
    let bytes = try Self.deflated()
    for index in bytes.indices {
      for bit in 0..<8 {
        var flipped = bytes
        flipped[index] ^= 1 << bit
        if let inflated = try? Deflate.inflate(flipped, atMost: 262_144) {
          #expect(inflated == Self.text)
        }
      }
    }
  }
}
