package import Replica

/// The chunks of a content, in order: how long each is, and its fingerprint.
package struct ChunkList: Equatable, Sendable {
  /// The fingerprints.
  package private(set) var fingerprints: [UInt64] = []
  /// Where each chunk ends, in bytes from the content's beginning.
  package private(set) var ends: [Int64] = []

  /// Creates the list of an empty content.
  package init() {}

  /// How many chunks there are.
  package var count: Int { ends.count }

  /// How many bytes the content has.
  package var byteCount: Int64 { ends.last ?? 0 }

  /// Adds a chunk.
  package mutating func append(_ fingerprint: UInt64, byteCount count: Int) {
    fingerprints.append(fingerprint)
    ends.append(byteCount + Int64(count))
  }

  /// Adds the chunks that another content has from one of them on, as if they came next.
  package mutating func append(chunksOf other: ChunkList, from first: Int = 0) {
    for chunk in first..<other.count {
      append(other.fingerprints[chunk], byteCount: other.bytes(of: chunk).count)
    }
  }

  /// Whether another content's chunks are among these from one on, one after the other.
  package func has(_ other: ChunkList, from first: Int) -> Bool {
    guard other.count <= count - first else { return false }
    return (0..<other.count).allSatisfy { chunk in
      fingerprints[first + chunk] == other.fingerprints[chunk]
        && bytes(of: first + chunk).count == other.bytes(of: chunk).count
    }
  }

  /// Adds the chunks that another content, or if there is none this one, has in a range; false if none
  /// begins or ends where the range does: then some may have been added.
  package mutating func appendChunks(in range: Range<Int64>, of other: ChunkList?) -> Bool {
    // `other ?? self` would copy this list with the first chunk that is added.
    func end(of chunk: Int) -> Int64 { (other?.ends ?? ends)[chunk] }
    let count = other?.count ?? count
    var chunk = 0
    if range.lowerBound > 0 {
      guard let before = (other?.ends ?? ends).sortedPosition(of: range.lowerBound) else {
        return false
      }
      chunk = before + 1
    }
    var start = range.lowerBound
    while start < range.upperBound, chunk < count {
      append((other?.fingerprints ?? fingerprints)[chunk], byteCount: Int(end(of: chunk) - start))
      start = end(of: chunk)
      chunk += 1
    }
    return start == range.upperBound
  }

  /// The size from which the chunks of a file are kept, in bytes.
  package static let keptByteCount: Int64 = 1 << 20
  /// The most chunks that are kept or offered of a file: some 90 GB of content, 64 MiB of memory.
  package static let maximumCount = 1 << 22

  /// A few of the fingerprints, by which contents that have many chunks in common are found: the
  /// smallest, in order.
  package var sketch: [UInt64] {
    var smallest: [UInt64] = []
    for fingerprint in fingerprints
    where smallest.count < Self.sketchCount || fingerprint < smallest[smallest.count - 1] {
      guard let place = smallest.insertionPlace(of: fingerprint) else { continue }
      smallest.insert(fingerprint, at: place)
      if smallest.count > Self.sketchCount { smallest.removeLast() }
    }
    return smallest
  }

  /// The most fingerprints of a sketch.
  package static let sketchCount = 8

  /// Where a chunk is, in bytes from the content's beginning.
  package func bytes(of chunk: Int) -> Range<Int64> {
    (chunk == 0 ? 0 : ends[chunk - 1])..<ends[chunk]
  }

  /// Reads what `encode` has written of a content of `byteCount` bytes, or throws if it is none.
  package init(encoded bytes: [UInt8], byteCount: Int64) throws(Malformed) {
    var reader = ByteReader(bytes)
    let count = try reader.readCount(ofAtLeast: 9)
    fingerprints.reserveCapacity(count)
    ends.reserveCapacity(count)
    for _ in 0..<count {
      let size = try reader.readCount(atMost: Chunker.maximumByteCount)
      guard size > 0 else { throw .number }
      append(try reader.readFixed(), byteCount: size)
    }
    try reader.expectEnd()
    guard self.byteCount == byteCount else { throw .count }
  }

  /// Appends the count of the chunks, and the length and the fingerprint of each.
  package func encode(to output: inout [UInt8]) {
    output.reserveCapacity(output.count + 11 * count + 9)
    output.append(count: count)
    for chunk in 0..<count {
      output.append(count: bytes(of: chunk).count)
      output.append(fixed: fingerprints[chunk])
    }
  }
}

extension [UInt64] {
  /// Where a number belongs in ascending order; nil if it is there already.
  fileprivate func insertionPlace(of number: UInt64) -> Int? {
    guard let place = firstIndex(where: { $0 >= number }) else { return count }
    return self[place] == number ? nil : place
  }
}
