import Chunks
import Replica
import TestSupport
import Testing
import Wire

@testable import Exchange

/// What the ends of a comparison of chunk trees do with what no other end of ours says.
@Suite struct HostileChunkTests {
  private typealias Node = ChunkListing.Node

  private static func listing(_ groups: [[(UInt64, Int64)]]) -> ChunkListing {
    var listing = ChunkListing()
    for group in groups {
      listing.append(group.map { Node(fingerprint: $0.0, byteCount: $0.1) })
    }
    return listing
  }

  /// A destination that waits for the nodes of one content.
  private static func waiting(
    _ byteCount: Int64 = 100_000, level: Int = 0, bases: [ChunkLookup] = []
  ) throws -> ChunkDemand {
    var demand = ChunkDemand()
    try demand.add(byteCount: byteCount, level: level, bases: bases)
    return demand
  }

  @Test(
    arguments: [
      [50_000], [50_000, 49_999], [50_000, 50_001], [50_000, 50_000, 1], [100_001],
      [50_000, 1 << 60], [1 << 60, 1 << 60],
    ] as [[Int64]])
  func `lengths that are not the content's are refused`(byteCounts: [Int64]) throws {
    for level in [0, 1, 64] {
      var demand = try Self.waiting(level: level)
      #expect(throws: Malformed.count) {
        try demand.answer(Self.listing([byteCounts.map { (1, $0) }]))
      }
    }
  }

  @Test func `lengths that are not those of the node above are refused`() throws {
    for byteCounts: [Int64] in [[20_000, 30_001], [20_000, 29_999], [50_000, 50_000]] {
      var demand = try Self.waiting(level: 1)
      _ = try demand.answer(Self.listing([[(1, 50_000), (2, 50_000)]]))
      #expect(throws: Malformed.count) {
        try demand.answer(Self.listing([byteCounts.map { (3, $0) }]))
      }
    }
  }

  @Test(
    arguments: [(0, 65_537), (0, 1), (0, 8191), (1, 1), (1, 8191), (64, 8191)] as [(Int, Int64)])
  func `nodes of sizes that none have are refused`(level: Int, byteCount: Int64) throws {
    let size: Int64 = 200_000
    var demand = try Self.waiting(size, level: level)
    let sizes = [byteCount, 65_536, 65_536, 65_536]
    let nodes = (sizes + [size - sizes.reduce(0, +)]).map { (UInt64(1), $0) }
    #expect(throws: Malformed.count) { try demand.answer(Self.listing([nodes])) }
  }

  @Test func `the last chunk may be small, and the others at their bounds`() throws {
    var demand = try Self.waiting(73_729)
    let answer = try demand.answer(Self.listing([[(1, 65_536), (2, 8192), (3, 1)]]))
    #expect(answer.flags == [true, true, true])
    #expect(demand.recipe(of: 0).gaps.map(\.range) == [0..<73_729])
  }

  @Test func `a million tiny nodes are refused`() throws {
    for level in [0, 1, 10] {
      var demand = try Self.waiting(1_000_000, level: level)
      let nodes = ChunkListing.Node(fingerprint: 1, byteCount: 1)
      var listing = ChunkListing()
      listing.append(repeatElement(nodes, count: 1_000_000))
      #expect(throws: Malformed.count) { try demand.answer(listing) }
    }
  }

  @Test func `more nodes than may be are refused before they are looked at`() throws {
    let most = ChunkDemand.maximumNodeCount
    var demand = ChunkDemand()
    for count in [1, most] {
      try demand.add(byteCount: Int64(count) * 8192, level: 0, bases: [], isRefused: true)
    }
    _ = try demand.answer(Self.listing([[(1, 8192)]]))
    var listing = ChunkListing()
    listing.append(repeatElement(Node(fingerprint: 1, byteCount: 8192), count: most))
    #expect(throws: Malformed.count) { try demand.answer(listing) }
  }

  @Test func `a listing that nobody waits for is refused`() throws {
    let listing = Self.listing([[(1, 50_000), (2, 50_000)]])
    var none = ChunkDemand()
    #expect(throws: Malformed.order) { try none.answer(listing) }
    var demand = try Self.waiting()
    _ = try demand.answer(listing)
    #expect(!demand.isOpen)
    #expect(throws: Malformed.order) { try demand.answer(listing) }
    demand = try Self.waiting()
    #expect(throws: Malformed.order) {
      try demand.answer(Self.listing([[(1, 50_000), (2, 50_000)], [(3, 50_000)]]))
    }
  }

  @Test func `nobody waits for what is below a node that is there, or refused`() throws {
    let nodes: [(UInt64, Int64)] = [(1, 50_000), (2, 50_000)]
    var chunks = ChunkList()
    for (fingerprint, byteCount) in nodes { chunks.append(fingerprint, byteCount: Int(byteCount)) }
    let tree = ChunkTree(chunks)
    let root = (tree.fingerprint(of: 0, atLevel: 1), chunks.byteCount)
    var demand = try Self.waiting(level: 1, bases: [ChunkLookup(tree)])
    #expect(try demand.answer(Self.listing([[root]])).flags == [false])
    #expect(throws: Malformed.order) { try demand.answer(Self.listing([nodes])) }
    demand = ChunkDemand()
    try demand.add(byteCount: 100_000, level: 1, bases: [], isRefused: true)
    #expect(try demand.answer(Self.listing([[root]])).flags == [false])
    #expect(throws: Malformed.order) { try demand.answer(Self.listing([nodes])) }
  }

  @Test func `an empty listing is refused, and so are siblings that are none`() throws {
    var demand = try Self.waiting()
    #expect(throws: Malformed.count) { try demand.answer(ChunkListing()) }
    #expect(throws: Malformed.count) { try demand.answer(Self.listing([[]])) }
  }

  @Test(
    arguments: [(0, 0), (-1, 0), (.min, 0), (1, 65), (1, -1), (1 << 38 + 1, 0), (.max, 64)]
      as [(Int64, Int)])
  func `a content of no bytes, too many, or no level that there is is refused`(
    byteCount: Int64, level: Int
  ) {
    #expect(throws: Malformed.count) { try Self.waiting(byteCount, level: level) }
  }

  @Test func `the highest tree of all is descended`() throws {
    var demand = try Self.waiting(10_000, level: 64)
    for level in 0...64 {
      #expect(demand.isOpen)
      #expect(try demand.answer(Self.listing([[(UInt64(level), 10_000)]])).flags == [true])
    }
    #expect(!demand.isOpen && demand.recipe(of: 0).gaps.map(\.range) == [0..<10_000])
  }

  @Test func `chunks that clash are copied only from what is as long`() throws {
    var demand = try Self.waiting(40_000)
    let answer = try demand.answer(
      Self.listing([[(5, 9000), (5, 10_000), (5, 10_000), (5, 9000), (5, 2000)]]))
    #expect(answer.flags == [true, true, false, true, true])
    #expect(demand.chunks(of: 0)?.count == 5)
    for piece in demand.recipe(of: 0).copied {
      #expect(piece.origin == .itself)
      #expect(piece.start + Int64(piece.range.count) <= piece.range.lowerBound)
    }
  }

  @Test func `a node is not taken for all that is before it`() throws {
    var sizes: [Int64] = [65_536, 65_536]
    for _ in 0..<20 { sizes.append(sizes.reduce(0, +)) }
    var demand = try Self.waiting(sizes.reduce(0, +), level: 1)
    let answer = try demand.answer(Self.listing([sizes.map { (7, $0) }]))
    #expect(answer.flags == [true, false] + [Bool](repeating: true, count: 20))
  }

  @Test func `a list that is too long is not made, however little was listed`() throws {
    var chunks = ChunkList()
    for number in 0..<200_000 { chunks.append(UInt64(number), byteCount: 8192) }
    let tree = ChunkTree(chunks)
    let node = (tree.fingerprint(of: 0, atLevel: tree.top), chunks.byteCount)
    for (count, isMade) in [(20, true), (21, false)] {
      var demand = try Self.waiting(
        Int64(count) * chunks.byteCount, level: tree.top, bases: [ChunkLookup(tree)])
      _ = try demand.answer(Self.listing([[(UInt64, Int64)](repeating: node, count: count)]))
      #expect(!demand.isOpen)
      #expect((demand.chunks(of: 0) != nil) == isMade)
    }
  }

  @Test(arguments: SplitMix.seeds)
  func `listings with flipped bits are answered or refused`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let world = ChunkWorld(fanout: 3)
    let tree = ChunkTree(world.chunks(of: Array(0..<300)))
    let lookup = ChunkLookup(ChunkTree(world.chunks(of: Array(100..<250))))
    var offer = ChunkOffer([tree])
    var demand = ChunkDemand()
    try demand.add(
      byteCount: tree.chunks.byteCount, level: ChunkOffer.firstLevel(of: tree), bases: [lookup])
    while let listing = offer.nextListing() {
      for _ in 0..<40 {
        var payload = listing.frame.payload
        for _ in 0...random.below(3) {
          payload[random.below(payload.count)] ^= 1 << UInt8(random.below(8))
        }
        var misled = demand
        // Our own answer to what was understood is as long as it is.
        if let read = try? ChunkListing(payload: payload),
          let answer = try? misled.answer(read)
        {
          #expect(answer.flags.count == read.nodes.count, "seed \(seed)")
          guard !misled.isOpen, let chunks = misled.chunks(of: 0) else { continue }
          #expect(chunks.byteCount == tree.chunks.byteCount, "seed \(seed)")
        }
      }
      try offer.take(demand.answer(listing))
    }
    #expect(!demand.isOpen && !offer.isOpen)
  }

  @Test func `answers of another length, or that nobody waits for, are refused`() throws {
    let tree = ChunkTree(ChunkWorld().chunks(of: [1, 2, 3]))
    for flagCount in [0, 2, 4, 8192] {
      var offer = ChunkOffer([tree])
      let answer = MissingChunks([Bool](repeating: true, count: flagCount))
      #expect(throws: Malformed.order) { try offer.take(answer) }
      #expect(offer.nextListing()?.nodes.count == 3)
      #expect(throws: Malformed.count) { try offer.take(answer) }
    }
    var offer = ChunkOffer([tree])
    _ = offer.nextListing()
    try offer.take(MissingChunks([true, false, true]))
    #expect(!offer.isOpen && offer.gaps(of: 0).count == 2)
    #expect(throws: Malformed.order) { try offer.take(MissingChunks([])) }
  }

  @Test(arguments: SplitMix.seeds)
  func `whatever is said to be missing is what is sent`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let tree = ChunkTree(ChunkWorld(fanout: 3).chunks(of: Array(0..<500)))
    var offer = ChunkOffer([tree])
    while let listing = offer.nextListing() {
      try offer.take(MissingChunks(listing.nodes.map { _ in random.below(3) > 0 }))
    }
    var offset: Int64 = 0
    for gap in offer.gaps(of: 0) {
      #expect(gap.lowerBound >= offset && !gap.isEmpty, "seed \(seed)")
      offset = gap.upperBound
    }
    #expect(!offer.isOpen && offset <= tree.chunks.byteCount, "seed \(seed)")
  }
}
