/// The primitive fields of every encoding of the program, written at the end of an array.
extension Array<UInt8> {
  /// Appends an unsigned number in LEB128: seven bits a byte, the lowest first, 1 to 10 bytes.
  package mutating func append(varint value: UInt64) {
    if value < 0x80 { return append(UInt8(truncatingIfNeeded: value)) }
    append(addingCapacity: OutputSpan<UInt8>.maximumVarintByteCount) { $0.append(varint: value) }
  }

  /// Appends a count or length that is not negative, in LEB128.
  package mutating func append(count: Int) {
    append(varint: UInt64(count))
  }

  /// Appends a signed number in zigzag LEB128: small magnitudes are short.
  package mutating func append(zigzag value: Int64) {
    append(addingCapacity: OutputSpan<UInt8>.maximumVarintByteCount) { $0.append(zigzag: value) }
  }

  /// Appends the bytes, at most eight, of an integer, the lowest first.
  package mutating func append(fixed value: some FixedWidthInteger) {
    // PERF: arithmetic on a type that is not known here is a call for each byte.
    var rest = UInt64(truncatingIfNeeded: value)
    for _ in 0..<(value.bitWidth / 8) {
      append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  /// Appends a byte string behind its length.
  package mutating func append(prefixed bytes: [UInt8]) {
    append(prefixed: bytes.span)
  }

  /// Appends a byte string behind its length.
  package mutating func append(prefixed bytes: Span<UInt8>) {
    append(count: bytes.count)
    append(span: bytes)
  }
}

/// The same fields where room has been made for several at once.
///
/// PERF: each byte of an array that grows asks whether the array is shared: without that, 1,000
/// scattered updates of a tree of a million keys take an eighth less.
extension OutputSpan<UInt8> {
  /// The most bytes of a number in LEB128.
  static var maximumVarintByteCount: Int { 10 }

  /// Appends an unsigned number in LEB128.
  mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }

  /// Appends a signed number in zigzag LEB128.
  mutating func append(zigzag value: Int64) {
    append(varint: UInt64(bitPattern: value << 1) ^ UInt64(bitPattern: value >> 63))
  }
}
