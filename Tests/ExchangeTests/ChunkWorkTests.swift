import Chunks
import TestSupport
import Testing
import Wire

@testable import Exchange

/// How many nodes are listed, whatever the contents are.
@Suite struct ChunkWorkTests {
  private static let count = 20_000

  private static func nodeCount(_ new: ChunkList, _ olds: [ChunkList] = []) throws -> Int {
    var random = SplitMix(seed: 1)
    let meeting = try ChunkMeeting(
      [ChunkTree(new)], bases: [olds.map { ChunkLookup(ChunkTree($0)) }], isRefused: [false],
      using: &random)
    return meeting.nodeCount
  }

  private static func random(_ count: Int) -> ChunkList {
    ChunkWorld().chunks(of: Array(0..<count))
  }

  private static func repeated(_ fingerprint: UInt64, _ count: Int) -> ChunkList {
    var chunks = ChunkList()
    for _ in 0..<count { chunks.append(fingerprint, byteCount: 65_536) }
    return chunks
  }

  @Test func `equal contents cost one level, and unknown ones the tree`() throws {
    let chunks = Self.random(Self.count)
    let tree = ChunkTree(chunks)
    let first = ChunkOffer.firstLevel(of: tree)
    #expect(try Self.nodeCount(chunks, [chunks]) == tree.count(atLevel: first))
    #expect(tree.count(atLevel: first) <= 128)
    let all = (0...first).reduce(0) { $0 + tree.count(atLevel: $1) }
    #expect(try Self.nodeCount(chunks) == all)
  }

  @Test func `one change costs little more than a path down the tree`() throws {
    let old = ChunkWorld().chunks(of: Array(0..<Self.count))
    let new = ChunkWorld().chunks(of: Array(0..<777) + [Self.count] + Array(778..<Self.count))
    let levelCount = ChunkOffer.firstLevel(of: ChunkTree(new)) + 1
    let nodeCount = try Self.nodeCount(new, [old])
    #expect(nodeCount <= 128 + 512 * levelCount)
  }

  /// Zeros; a chunk that ends nothing; one that ends runs of every level that there is.
  @Test(arguments: [0x3ae2_12ed_8a03_62db, 1, 1 << 5, 1 << 30, 1 << 63, 0] as [UInt64])
  func `one chunk repeated costs no more than random ones`(fingerprint: UInt64) throws {
    let random = try Self.nodeCount(Self.random(Self.count))
    let chunks = Self.repeated(fingerprint, Self.count)
    let shorter = Self.repeated(fingerprint, Self.count / 2 + 1)
    for olds in [[], [chunks], [shorter], [Self.random(100)], [Self.repeated(3, 5000)]] {
      #expect(try Self.nodeCount(chunks, olds) <= 3 * random)
    }
    // Nothing is listed twice below two nodes that are the same.
    #expect(try Self.nodeCount(chunks) <= 2000)
  }

  @Test func `chunks that take turns cost no more than random ones`() throws {
    let random = try Self.nodeCount(Self.random(Self.count))
    for period in [2, 3, 100] {
      let chunks = ChunkWorld().chunks(of: (0..<Self.count).map { $0 % period })
      #expect(try Self.nodeCount(chunks) <= 3 * random, "period \(period)")
    }
  }

  @Test func `a listing is no longer than a frame may be`() throws {
    // 128 nodes of 512 chunks each, all of them missing.
    let chunks = ChunkWorld(fanout: 1 << 40).chunks(of: Array(0..<65_536))
    var offer = ChunkOffer([ChunkTree(chunks)])
    #expect(ChunkOffer.firstLevel(of: ChunkTree(chunks)) == 1)
    #expect(offer.nextListing()?.nodes.count == 128)
    try offer.take(MissingChunks([Bool](repeating: true, count: 128)))
    for _ in 0..<4 { #expect(offer.nextListing()?.nodes.count == 8192) }
    #expect(offer.nextListing() == nil)
  }
}
