internal import Hashing

/// The encoding of attributes (`treemend-state.5`, "Attributes"): a kind byte, then the fields
/// that the kind has. Bit 7 of the kind byte is kept for optional metadata behind the fields;
/// this version writes none and refuses it.
extension Attributes {
  /// Appends the attributes to `output`, the time as the difference from `previousTime`, which
  /// then becomes this time.
  package func encode(to output: inout [UInt8], previousTime: inout Int64) {
    output.append(addingCapacity: Self.maximumEncodedByteCount) {
      encode(to: &$0, previousTime: &previousTime)
    }
  }

  /// The most bytes that attributes take: kind, mode, time, size and digest.
  static let maximumEncodedByteCount =
    1 + 3 * OutputSpan<UInt8>.maximumVarintByteCount + Digest.byteCount

  /// Appends the attributes to `output`, which must have room for them, likewise.
  func encode(to output: inout OutputSpan<UInt8>, previousTime: inout Int64) {
    output.append(kind.rawValue)
    if kind == .file || kind == .directory { output.append(varint: UInt64(mode)) }
    if kind == .directory { return }
    output.append(zigzag: modified &- previousTime)
    previousTime = modified
    if kind == .tombstone { return }
    output.append(varint: UInt64(size))
    digest.append(to: &output)
  }

  /// Reads attributes, the time relative to `previousTime`.
  package init(from reader: inout ByteReader, previousTime: inout Int64) throws(Malformed) {
    guard let kind = Kind(rawValue: try reader.readByte()) else { throw .kind }
    var mode: UInt16 = 0
    if kind == .file || kind == .directory {
      mode = UInt16(try reader.readCount(atMost: Int(Self.modeMask)))
    }
    if kind == .directory {
      self = .directory(mode: mode)
      return
    }
    previousTime &+= try reader.readZigzag()
    if kind == .tombstone {
      self = .tombstone(deleted: previousTime)
      return
    }
    let size = try reader.readVarint()
    guard size <= UInt64(Int64.max) else { throw .number }
    let digest = try reader.readDigest()
    self =
      kind == .file
      ? .file(mode: mode, size: Int64(size), modified: previousTime, digest: digest)
      : .link(size: Int64(size), modified: previousTime, digest: digest)
  }
}

extension EntryRun {
  /// Appends what the state tag of one entry covers, all of it, so that it can be told from any other
  /// entry by itself.
  package func encodeState(at index: Int, to output: inout [UInt8]) {
    encodeAttributes(at: index, to: &output)
    let vector = vectors[Int(slots[index].vectorIndex)]
    output.append(count: vector.counterCount)
    for counter in vector.counters {
      output.append(fixed: counter.replica.rawValue)
      output.append(varint: counter.value)
    }
    vector.encodeDots(to: &output)
  }

  /// Appends what the attributes digest of one entry covers: key and attributes, and no versions.
  package func encodeAttributes(at index: Int, to output: inout [UInt8]) {
    output.append(prefixed: keyBytes.span.extracting(keyRange(at: index)))
    var noTime: Int64 = 0
    slots[index].attributes.encode(to: &output, previousTime: &noTime)
  }

  /// Appends what the content digest of one live entry covers: kind, executable bit, size, digest
  /// and key (`treemend-state.5`, "Content").
  package func encodeContent(at index: Int, to output: inout [UInt8]) {
    let attributes = slots[index].attributes
    output.append(attributes.kind.rawValue)
    output.append(attributes.isExecutable ? 1 : 0)
    output.append(fixed: attributes.size)
    attributes.digest.append(to: &output)
    output.append(span: keyBytes.span.extracting(keyRange(at: index)))
  }
}
