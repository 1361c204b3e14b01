import Replica
import Testing

@testable import Wire

/// The messages about the chunks of large files, within their bounds and beyond.
@Suite struct ChunkListingTests {
  private static func listing(_ counts: [Int]) -> ChunkListing {
    var listing = ChunkListing()
    for count in counts {
      listing.append(
        (0..<count).map { ChunkListing.Node(fingerprint: UInt64($0), byteCount: Int64($0 + 1)) })
    }
    return listing
  }

  @Test(arguments: [[], [1], [1, 2, 3], [8192], [1, 8191]])
  func `siblings stay together`(counts: [Int]) throws {
    let listing = Self.listing(counts)
    #expect(try ChunkListing(payload: listing.frame.payload) == listing)
    #expect(listing.nodes.count == counts.reduce(0, +) && listing.ends.count == counts.count)
  }

  @Test(arguments: [[8193], [8192, 1], [1, 8192], [0], [5, 0]])
  func `more than 8192 nodes, or siblings that are none, are refused`(counts: [Int]) {
    #expect(throws: Malformed.count) {
      try ChunkListing(payload: Self.listing(counts).frame.payload)
    }
  }

  @Test(
    arguments: [(0, .number), (1 << 60 + 1, .count), (1 << 63, .count), (.max, .count)]
      as [(UInt64, Malformed)])
  func `a node of no bytes, or of more than a file has, is refused`(
    byteCount: UInt64, error: Malformed
  ) {
    var payload: [UInt8] = [1]
    payload.append(fixed: UInt64(5))
    payload.append(varint: byteCount)
    #expect(throws: error) { try ChunkListing(payload: payload) }
  }

  @Test(arguments: [0, 1, 7, 8, 9, 8192])
  func `flags are read as they were written`(count: Int) throws {
    for step in [1, 2, 7] {
      let flags = (0..<count).map { $0 % step == 0 }
      #expect(try MissingChunks(payload: MissingChunks(flags).frame.payload).flags == flags)
      #expect(try PageDifferences(payload: PageDifferences(flags).frame.payload).flags == flags)
    }
    #expect(MissingChunks([true, false, false, true]).frame.payload == [4, 0b1001])
  }

  @Test(arguments: 1..<8)
  func `a flag that nothing was asked about is refused`(count: Int) {
    for bit in count..<8 {
      let payload = [UInt8(count), 1 << UInt8(bit)]
      #expect(throws: Malformed.number) { try MissingChunks(payload: payload) }
      #expect(throws: Malformed.number) { try PageDifferences(payload: payload) }
    }
  }

  @Test func `more flags than there can be nodes or pages are refused`() throws {
    let flags = [Bool](repeating: true, count: 16_385)
    let most = PageDifferences(Array(flags[1...]))
    #expect(try PageDifferences(payload: most.frame.payload) == most)
    #expect(throws: Malformed.count) {
      try PageDifferences(payload: PageDifferences(flags).frame.payload)
    }
    #expect(throws: Malformed.count) {
      try MissingChunks(payload: MissingChunks(Array(flags[..<8193])).frame.payload)
    }
  }
}
