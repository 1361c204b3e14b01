import Hashing
import TestSupport
import Testing

@testable import Replica

@Suite struct ByteReaderTests {
  /// Numbers at and beside each power of two, whose encodings differ in length.
  private static let numbers =
    [0, .max]
    + (0..<64).flatMap { shift in [(1 << shift) - 1, 1 << shift, (1 << shift) + 1] as [UInt64] }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(varint: value)
    return bytes
  }

  @Test(arguments: numbers)
  func `a number is read as it was written, in as few bytes as hold it`(number: UInt64) throws {
    let bytes = Self.varint(number)
    #expect(bytes.count == max(1, (64 - number.leadingZeroBitCount + 6) / 7))
    var reader = ByteReader(bytes)
    #expect(try reader.readVarint() == number)
    #expect(reader.isAtEnd)
    let signed = Int64(bitPattern: number)
    var zigzag: [UInt8] = []
    zigzag.append(zigzag: signed)
    reader = ByteReader(zigzag)
    #expect(try reader.readZigzag() == signed)
    #expect(reader.isAtEnd)
  }

  @Test(arguments: zip([0, -1, 1, -2, 63, -64, 64, .max, .min], [1, 1, 1, 1, 1, 1, 2, 10, 10]))
  func `small magnitudes are short`(number: Int64, byteCount: Int) {
    var bytes: [UInt8] = []
    bytes.append(zigzag: number)
    #expect(bytes.count == byteCount)
  }

  @Test(arguments: numbers)
  func `a number that ends early or is written longer is refused`(number: UInt64) {
    let bytes = Self.varint(number)
    for count in bytes.indices {
      #expect(throws: Malformed.truncated) {
        var reader = ByteReader(Array(bytes[..<count]))
        _ = try reader.readVarint()
      }
    }
    for padding in [[0x80, 0], [0x80, 0x80, 0], [0]] as [[UInt8]] {
      let longer = bytes.dropLast() + [(bytes.last ?? 0) | 0x80] + padding.dropFirst()
      guard longer.count > bytes.count else { continue }
      #expect(throws: Malformed.number) {
        var reader = ByteReader(Array(longer))
        _ = try reader.readVarint()
      }
    }
  }

  @Test(arguments: [
    [UInt8](repeating: 0xff, count: 9) + [2], [UInt8](repeating: 0xff, count: 10),
    [UInt8](repeating: 0x80, count: 9) + [2], [UInt8](repeating: 0x80, count: 20) + [1],
    [UInt8](repeating: 0xff, count: 9) + [0x81, 0],
  ])
  func `a number beyond 64 bits is refused`(bytes: [UInt8]) {
    #expect(throws: Malformed.number) {
      var reader = ByteReader(bytes)
      _ = try reader.readVarint()
    }
  }

  @Test func `a count is bounded by its limit, and by the bytes left`() throws {
    var reader = ByteReader([5, 0, 0, 0])
    #expect(try reader.readCount(atMost: 5) == 5)
    reader = ByteReader([5, 0, 0, 0])
    #expect(throws: Malformed.count) { try Self.count(&reader) { try $0.readCount(atMost: 4) } }
    reader = ByteReader([3, 0, 0, 0, 0, 0, 0])
    #expect(try reader.readCount(ofAtLeast: 2) == 3)
    reader = ByteReader([3, 0, 0, 0, 0, 0])
    #expect(throws: Malformed.count) { try Self.count(&reader) { try $0.readCount(ofAtLeast: 2) } }
    for huge in [1 << 32, 1 << 63, .max] as [UInt64] {
      reader = ByteReader(Self.varint(huge))
      #expect(throws: Malformed.count) {
        try Self.count(&reader) { try $0.readCount(atMost: 1 << 31) }
      }
      reader = ByteReader(Self.varint(huge))
      #expect(throws: Malformed.count) {
        try Self.count(&reader) { try $0.readCount(ofAtLeast: 1) }
      }
    }
  }

  private static func count(
    _ reader: inout ByteReader, _ body: (inout ByteReader) throws -> Int
  ) throws -> Int {
    try body(&reader)
  }

  @Test func `fields of a fixed width are read in order`() throws {
    var bytes: [UInt8] = []
    bytes.append(fixed: UInt32(0x0403_0201))
    bytes.append(fixed: Int64(-2))
    bytes.append(fixed: UInt8(9))
    Digest.zero.append(to: &bytes)
    bytes.append(prefixed: [7, 8].span)
    #expect(Array(bytes.prefix(5)) == [1, 2, 3, 4, 0xfe])
    var reader = ByteReader(bytes)
    #expect(try reader.readFixed(UInt32.self) == 0x0403_0201)
    #expect(try reader.readFixed(Int64.self) == -2)
    #expect(try reader.readFixed(UInt8.self) == 9)
    #expect(try reader.readDigest() == .zero)
    #expect(throws: Malformed.trailing) { try reader.expectEnd() }
    #expect(try Array(reader.readPrefixed(atMost: 2)) == [7, 8])
    #expect(throws: Never.self) { try reader.expectEnd() }
    #expect(reader.remainingCount == 0)
  }

  @Test func `a byte string is read behind what there is`() throws {
    var output: [UInt8] = [1, 2]
    var reader = ByteReader([2, 7, 8, 0, 3, 4, 5])
    try reader.readPrefixed(atMost: 2, onto: &output)
    try reader.readPrefixed(atMost: 2, onto: &output)
    #expect(output == [1, 2, 7, 8] && reader.offset == 4)
    var beyondLimit = reader
    #expect(throws: Malformed.count) { try beyondLimit.readPrefixed(atMost: 2, onto: &output) }
    #expect(throws: Malformed.truncated) { try reader.readPrefixed(atMost: 3, onto: &output) }
    #expect(output == [1, 2, 7, 8])
  }

  @Test func `a field beyond the end is refused and leaves the place`() throws {
    var reader = ByteReader([1, 2, 3])
    _ = try reader.readByte()
    #expect(throws: Malformed.truncated) { _ = try reader.readFixed(UInt32.self) }
    #expect(throws: Malformed.truncated) { _ = try reader.readDigest() }
    #expect(throws: Malformed.truncated) { _ = try reader.readBytes(3) }
    #expect(throws: Malformed.truncated) { _ = try reader.readBytes(-1) }
    #expect(throws: Malformed.truncated) { _ = try reader.readBytes(.max) }
    #expect(reader.offset == 1)
    _ = try reader.readBytes(2)
    #expect(throws: Malformed.truncated) { _ = try reader.readByte() }
  }
}
