package import Chunks
package import Replica
package import Wire

/// The destination's end of a comparison of chunk trees: says which nodes of the contents on offer
/// it has nowhere, and keeps where it has the others.
package struct ChunkDemand: Sendable {
  /// The most nodes of all contents together, so that a peer cannot fill the memory.
  package static let maximumNodeCount = 1 << 23

  /// A content on offer.
  private struct Content: Sendable {
    let byteCount: Int64
    /// What of it is on offer.
    let range: Range<Int64>
    let bases: [ChunkLookup]
    var copied: [Recipe.CopiedRange] = []
    /// For each level, where in it a node with a fingerprint was first found to be missing.
    var missingNodes: [[UInt64: Range<Int64>]]
    /// The chunks that are missing.
    var missingChunks: [(start: Int64, fingerprint: UInt64)] = []
    /// Whether nothing is to come of it.
    let isRefused: Bool
  }

  /// Siblings that are to be listed: nodes of `level` that together stand for a range.
  private struct Siblings: Sendable {
    let content: Int
    let level: Int
    let range: Range<Int64>
  }

  private var contents: [Content] = []
  private var expected: [Siblings] = []
  private var nextExpected = 0
  private var nodeCount = 0

  /// Begins with no content.
  package init() {}

  /// Whether listings are to come.
  package var isOpen: Bool { nextExpected < expected.count }

  /// The size of the largest content that can be on offer, in bytes.
  private static let maximumByteCount =
    Int64(ChunkList.maximumCount) * Int64(Chunker.maximumByteCount)

  /// Adds a content of `byteCount` bytes, of which nodes of `level` are listed first, behind those
  /// added before; it is looked for in `bases`. One that is refused is said to lack nothing. Of a
  /// content that comes in parts it is the `part`.
  package mutating func add(
    byteCount: Int64, part: Range<Int64>? = nil, level: Int, bases: [ChunkLookup],
    isRefused: Bool = false
  ) throws(Malformed) {
    guard (1...Self.maximumByteCount).contains(byteCount),
      (0...ChunkTree.maximumLevel).contains(level)
    else { throw .count }
    let range = part ?? 0..<byteCount
    expected.append(Siblings(content: contents.count, level: level, range: range))
    contents.append(
      Content(
        byteCount: byteCount, range: range, bases: bases,
        missingNodes: [[UInt64: Range<Int64>]](repeating: [:], count: level + 1),
        isRefused: isRefused))
  }

  /// Answers a listing.
  package mutating func answer(_ listing: ChunkListing) throws(Malformed) -> MissingChunks {
    guard !listing.ends.isEmpty else { throw .count }
    var flags: [Bool] = []
    flags.reserveCapacity(listing.nodes.count)
    nodeCount += listing.nodes.count
    guard nodeCount <= Self.maximumNodeCount else { throw .count }
    var start = 0
    for end in listing.ends {
      guard isOpen else { throw .order }
      let siblings = expected[nextExpected]
      nextExpected += 1
      try take(listing.nodes[start..<end], as: siblings, &flags)
      start = end
    }
    if !isOpen {
      expected = []
      nextExpected = 0
    }
    return MissingChunks(flags)
  }

  private mutating func take(
    _ nodes: ArraySlice<ChunkListing.Node>, as siblings: Siblings, _ flags: inout [Bool]
  ) throws(Malformed) {
    var offset = siblings.range.lowerBound
    for node in nodes {
      guard node.byteCount <= siblings.range.upperBound - offset else { throw .count }
      let range = offset..<(offset + node.byteCount)
      let isMissing = try find(node, at: range, siblings)
      flags.append(isMissing)
      if isMissing, siblings.level > 0 {
        expected.append(
          Siblings(content: siblings.content, level: siblings.level - 1, range: range))
      }
      offset = range.upperBound
    }
    guard offset == siblings.range.upperBound else { throw .count }
  }

  /// Looks for a node; returns whether it is missing.
  private mutating func find(
    _ node: ChunkListing.Node, at range: Range<Int64>, _ siblings: Siblings
  ) throws(Malformed) -> Bool {
    let content = siblings.content
    let level = siblings.level
    guard level > 0 || node.byteCount <= Chunker.maximumByteCount,
      node.byteCount >= Chunker.minimumByteCount
        || range.upperBound == contents[content].range.upperBound
    else { throw .count }
    if contents[content].isRefused { return false }
    for (number, basis) in contents[content].bases.enumerated() {
      guard
        let bytes = basis.bytes(
          of: node.fingerprint, atLevel: level, byteCount: node.byteCount,
          near: range.lowerBound)
      else { continue }
      contents[content].copied.append(
        Recipe.CopiedRange(range: range, origin: .basis(number), start: bytes.lowerBound))
      return false
    }
    if let first = contents[content].missingNodes[level][node.fingerprint],
      first.count == range.count, first.upperBound <= range.lowerBound
    {
      contents[content].copied.append(
        Recipe.CopiedRange(range: range, origin: .itself, start: first.lowerBound))
      return false
    }
    contents[content].missingNodes[level][node.fingerprint] = range
    if level == 0 { contents[content].missingChunks.append((range.lowerBound, node.fingerprint)) }
    return true
  }

  /// The chunks of a content as its source has listed them, when no listing is to come: those of the
  /// nodes that were found, and those that are missing. Nil if they do not fit together, or are more
  /// than can be kept.
  package func chunks(of index: Int) -> ChunkList? {
    let content = contents[index]
    let start = content.range.lowerBound
    var chunks = ChunkList()
    var missing = content.missingChunks.sorted { $0.start < $1.start }[...]
    let copied = content.copied.sorted { $0.range.lowerBound < $1.range.lowerBound }
    for next in 0...copied.count {
      let end = next < copied.count ? copied[next].range.lowerBound : content.range.upperBound
      while let chunk = missing.first, chunk.start < end {
        missing.removeFirst()
        let chunkEnd = min(end, missing.first?.start ?? end)
        chunks.append(chunk.fingerprint, byteCount: Int(chunkEnd - chunk.start))
      }
      guard start + chunks.byteCount == end else { return nil }
      guard next < copied.count else { break }
      let found = copied[next]
      let source = found.start..<(found.start + Int64(found.range.count))
      let (place, basis): (Range<Int64>, ChunkList?) =
        switch found.origin {
        case .basis(let number): (source, content.bases[number].tree.chunks)
        case .itself: (source.lowerBound - start..<source.upperBound - start, nil)
        }
      guard chunks.appendChunks(in: place, of: basis), chunks.count <= ChunkList.maximumCount
      else { return nil }
    }
    return chunks
  }

  /// How a content is put together, when no listing is to come.
  package func recipe(of index: Int) -> Recipe {
    let content = contents[index]
    return Recipe(
      content.copied, byteCount: content.byteCount, part: content.range,
      formerByteCount: content.bases.first?.tree.chunks.byteCount)
  }
}
