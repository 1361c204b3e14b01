package import Hashing

/// Reads the fields of an encoding from bytes that may come from anywhere.
///
/// Every read checks the bounds and throws ``Malformed``; nothing here traps on any input.
package struct ByteReader {
  private let bytes: [UInt8]

  /// The offset of the next byte to be read.
  package private(set) var offset: Int

  /// Reads `bytes` from their beginning.
  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    offset = 0
  }

  /// The number of bytes not yet read.
  package var remainingCount: Int { bytes.count - offset }

  /// Whether all has been read.
  package var isAtEnd: Bool { offset == bytes.count }

  /// Throws ``Malformed/trailing`` unless all has been read.
  package func expectEnd() throws(Malformed) {
    guard isAtEnd else { throw .trailing }
  }

  /// Reads one byte.
  @inline(__always)
  package mutating func readByte() throws(Malformed) -> UInt8 {
    guard offset < bytes.count else { throw .truncated }
    defer { offset += 1 }
    return bytes[offset]
  }

  /// Reads a LEB128 number in its shortest form.
  package mutating func readVarint() throws(Malformed) -> UInt64 {
    let first = try readByte()
    var value = UInt64(first & 0x7f)
    var shift: UInt64 = 7
    guard first >= 0x80 else { return value }
    while true {
      let byte = try readByte()
      guard shift < 63 || byte <= 1 else { throw .number }
      value |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 {
        guard byte != 0 else { throw .number }
        return value
      }
      shift += 7
    }
  }

  /// Reads a count of at most `limit`.
  package mutating func readCount(atMost limit: Int) throws(Malformed) -> Int {
    let value = try readVarint()
    guard value <= UInt64(limit) else { throw .count }
    return Int(value)
  }

  /// Reads a count of things that take at least `byteCount` bytes each, so that it cannot name
  /// more than the bytes left can hold.
  package mutating func readCount(ofAtLeast byteCount: Int) throws(Malformed) -> Int {
    let value = try readVarint()
    guard value <= UInt64(remainingCount / byteCount) else { throw .count }
    return Int(value)
  }

  /// Reads a zigzag LEB128 number.
  package mutating func readZigzag() throws(Malformed) -> Int64 {
    let value = try readVarint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// Reads a little-endian integer of at most eight bytes.
  package mutating func readFixed<Value: FixedWidthInteger>(
    _ type: Value.Type = Value.self
  ) throws(Malformed) -> Value {
    Value(truncatingIfNeeded: try readInteger(ofByteCount: Value.bitWidth / 8))
  }

  private mutating func readInteger(ofByteCount count: Int) throws(Malformed) -> UInt64 {
    guard remainingCount >= count else { throw .truncated }
    var value: UInt64 = 0
    for index in stride(from: offset + count - 1, through: offset, by: -1) {
      value = value << 8 | UInt64(bytes[index])
    }
    offset += count
    return value
  }

  /// Reads a digest.
  package mutating func readDigest() throws(Malformed) -> Digest {
    guard remainingCount >= Digest.byteCount else { throw .truncated }
    defer { offset += Digest.byteCount }
    return Digest(bytes.span.bytes.extracting(offset..<(offset + Digest.byteCount)))
  }

  /// Reads `count` bytes.
  package mutating func readBytes(_ count: Int) throws(Malformed) -> ArraySlice<UInt8> {
    guard count >= 0, remainingCount >= count else { throw .truncated }
    defer { offset += count }
    return bytes[offset..<(offset + count)]
  }

  /// Reads a byte string behind its length, of at most `limit` bytes, and appends it to `output`.
  package mutating func readPrefixed(
    atMost limit: Int, onto output: inout [UInt8]
  ) throws(Malformed) {
    let count = try readCount(atMost: limit)
    guard remainingCount >= count else { throw .truncated }
    output.append(span: bytes.span.extracting(offset..<(offset + count)))
    offset += count
  }

  /// Reads a byte string behind its length, of at most `limit` bytes.
  package mutating func readPrefixed(atMost limit: Int) throws(Malformed) -> ArraySlice<UInt8> {
    try readBytes(readCount(atMost: limit))
  }
}
