internal import Chunks
package import Replica

/// The next part of a content that comes in parts; listings of its chunk tree follow.
package struct ContentPart: Equatable, Sendable {
  /// How many bytes it has.
  package let byteCount: Int64
  /// The level whose nodes are listed first.
  package let level: Int

  /// Creates a part.
  package init(byteCount: Int64, level: Int) {
    self.byteCount = byteCount
    self.level = level
  }

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) throws(Malformed) {
    var reader = ByteReader(payload)
    byteCount = Int64(try reader.readCount(atMost: 1 << 60))
    level = try reader.readCount(atMost: ChunkTree.maximumLevel)
    try reader.expectEnd()
  }

  /// The frame.
  package var frame: Frame {
    var payload: [UInt8] = []
    payload.append(count: Int(byteCount))
    payload.append(count: level)
    return Frame(.part, payload)
  }
}
