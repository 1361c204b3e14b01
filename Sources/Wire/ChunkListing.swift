package import Replica

/// Nodes of the chunk trees of contents that are on offer, siblings together; from the content's
/// source.
package struct ChunkListing: Equatable, Sendable {
  /// The most nodes in one frame.
  package static let maximumCount = 8192

  /// A node: its fingerprint, and how many bytes it stands for.
  package struct Node: Equatable, Sendable {
    /// The fingerprint.
    package let fingerprint: UInt64
    /// The bytes.
    package let byteCount: Int64

    /// Creates a node.
    package init(fingerprint: UInt64, byteCount: Int64) {
      self.fingerprint = fingerprint
      self.byteCount = byteCount
    }
  }

  /// The nodes.
  package private(set) var nodes: [Node] = []
  /// Where each group of siblings ends.
  package private(set) var ends: [Int] = []

  /// Creates an empty listing.
  package init() {}

  /// Adds siblings.
  package mutating func append(_ siblings: some Sequence<Node>) {
    nodes.append(contentsOf: siblings)
    ends.append(nodes.count)
  }

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) throws(Malformed) {
    var reader = ByteReader(payload)
    while !reader.isAtEnd {
      let count = try reader.readCount(ofAtLeast: 9)
      guard count > 0, nodes.count + count <= Self.maximumCount else { throw .count }
      for _ in 0..<count {
        let fingerprint = try reader.readFixed(UInt64.self)
        let byteCount = try reader.readCount(atMost: 1 << 60)
        guard byteCount > 0 else { throw .number }
        nodes.append(Node(fingerprint: fingerprint, byteCount: Int64(byteCount)))
      }
      ends.append(nodes.count)
    }
  }

  /// The frame.
  package var frame: Frame {
    var payload: [UInt8] = []
    var start = 0
    for end in ends {
      payload.append(count: end - start)
      for node in nodes[start..<end] {
        payload.append(fixed: node.fingerprint)
        payload.append(count: Int(node.byteCount))
      }
      start = end
    }
    return Frame(.chunks, payload)
  }
}

/// Which of the nodes of a listing the destination has nowhere, in order.
package struct MissingChunks: Equatable, Sendable {
  /// For each node, whether it is missing.
  package let flags: [Bool]

  /// Creates the answer to a listing.
  package init(_ flags: [Bool]) {
    self.flags = flags
  }

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) throws(Malformed) {
    var reader = ByteReader(payload)
    let count = try reader.readCount(atMost: ChunkListing.maximumCount)
    flags = try reader.readFlags(count)
    try reader.expectEnd()
  }

  /// The frame.
  package var frame: Frame {
    var payload: [UInt8] = []
    payload.append(count: flags.count)
    payload.append(flags: flags)
    return Frame(.missing, payload)
  }
}

extension ByteReader {
  /// Reads as many flags, eight to a byte, the first in the lowest bit; bits beyond the last are zero.
  mutating func readFlags(_ count: Int) throws(Malformed) -> [Bool] {
    let bytes = Array(try readBytes((count + 7) / 8))
    if count % 8 > 0, let last = bytes.last, last >> UInt8(count % 8) != 0 { throw .number }
    return (0..<count).map { bytes[$0 / 8] >> UInt8($0 % 8) & 1 == 1 }
  }
}

extension [UInt8] {
  /// Appends flags, eight to a byte.
  mutating func append(flags: [Bool]) {
    for start in stride(from: 0, to: flags.count, by: 8) {
      var byte: UInt8 = 0
      for (bit, flag) in flags[start..<Swift.min(start + 8, flags.count)].enumerated() where flag {
        byte |= 1 << UInt8(bit)
      }
      append(byte)
    }
  }
}
