import Testing

@testable import Hashing

@Suite struct DigestTests {
  private static let digits = "00ff0123456789abcdef80fedcba98765432107f000102030405060708090aff"
  private static let bytes: [UInt8] = [
    0x00, 0xff, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x80, 0xfe, 0xdc, 0xba, 0x98, 0x76,
    0x54, 0x32, 0x10, 0x7f, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0xff,
  ]

  @Test func `digits and bytes are the digest's`() {
    let digest = Digest(Self.bytes.span.bytes)
    #expect(digest.bytes == Self.bytes)
    #expect(digest.description == Self.digits)
    #expect(digest.hashValue == Digest(Self.bytes.span.bytes).hashValue)
  }

  @Test func `a digest is read from the first 32 bytes`() {
    #expect(Digest((Self.bytes + [1, 2, 3]).span.bytes).bytes == Self.bytes)
  }

  @Test func `a digest is appended behind what is there`() {
    var output: [UInt8] = [9]
    Digest(Self.bytes.span.bytes).append(to: &output)
    #expect(output == [9] + Self.bytes)
  }

  @Test func `zero is 32 zero bytes`() {
    #expect(Digest.zero.bytes == [UInt8](repeating: 0, count: 32))
    #expect(Digest.zero.description == String(repeating: "0", count: 64))
  }

  @Test(arguments: 0..<32)
  func `digests differ and are ordered by their first byte that differs`(index: Int) {
    var lower = Self.bytes
    var higher = Self.bytes
    lower[index] = 0x7f
    higher[index] = 0x80
    for later in (index + 1)..<32 {
      lower[later] = 0xff
      higher[later] = 0x00
    }
    let (first, second) = (Digest(lower.span.bytes), Digest(higher.span.bytes))
    #expect(first < second)
    #expect(!(second < first))
    #expect(first != second)
    #expect(!(first < first))
  }
}
