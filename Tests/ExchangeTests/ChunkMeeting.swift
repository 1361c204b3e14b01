import Chunks
import Replica
import TestSupport
import Wire

@testable import Exchange

/// A content as numbers of chunks; a chunk's bytes, length and fingerprint depend on its number
/// alone.
typealias SymbolicContent = [Int]

/// What chunks are like.
struct ChunkWorld: Sendable {
  /// One chunk in so many ends a node of each level; at most four levels, so that no two chunks
  /// have the same fingerprint.
  var fanout = 32
  /// How many numbers there are; those from here on are of chunks that are too short to be any
  /// but the last.
  static let shortFrom = 1 << 20

  /// The fingerprint of a chunk.
  func fingerprint(_ chunk: Int) -> UInt64 {
    var random = SplitMix(seed: UInt64(chunk))
    var fingerprint = random.next() << 1 | 1
    for _ in 0..<4 where random.below(fanout) == 0 { fingerprint <<= 5 }
    return fingerprint
  }

  /// How many KiB a chunk has.
  func size(_ chunk: Int) -> Int {
    var random = SplitMix(seed: ~UInt64(chunk))
    return chunk < Self.shortFrom ? 8 + random.below(57) : 1 + random.below(7)
  }

  /// The chunks as they would be cut: only the last is too short.
  func chunks(of content: SymbolicContent) -> ChunkList {
    var list = ChunkList()
    for chunk in content { list.append(fingerprint(chunk), byteCount: size(chunk) << 10) }
    return list
  }

  /// The KiB of a content, each told from every other.
  func bytes(of content: SymbolicContent) -> [Int] {
    content.flatMap { chunk in (0..<size(chunk)).map { chunk << 6 | $0 } }
  }
}

/// A content on offer, and what the destination has.
struct ChunkTrial: Sendable {
  var olds: [SymbolicContent]
  var new: SymbolicContent
  var isRefused = false
}

/// A comparison of chunk trees from its beginning to its end, in memory.
struct ChunkMeeting {
  private(set) var recipes: [Recipe] = []
  private(set) var gaps: [[Range<Int64>]] = []
  /// The chunks as the destination has understood them.
  private(set) var chunks: [ChunkList?] = []
  /// How many nodes were listed.
  private(set) var nodeCount = 0

  /// Lets the ends talk; `random` says which of them is ahead.
  init(_ trials: [ChunkTrial], in world: ChunkWorld, using random: inout SplitMix) throws {
    try self.init(
      trials.map { ChunkTree(world.chunks(of: $0.new)) },
      bases: trials.map { $0.olds.map { ChunkLookup(ChunkTree(world.chunks(of: $0))) } },
      isRefused: trials.map(\.isRefused), using: &random)
  }

  init(
    _ trees: [ChunkTree], bases: [[ChunkLookup]], isRefused: [Bool], using random: inout SplitMix
  ) throws {
    var demand = ChunkDemand()
    for (content, tree) in trees.enumerated() {
      try demand.add(
        byteCount: tree.chunks.byteCount, level: ChunkOffer.firstLevel(of: tree),
        bases: bases[content], isRefused: isRefused[content])
    }
    try meet(ChunkOffer(trees), demand, contentCount: trees.count, using: &random)
  }

  /// Lets the ends talk of the part of a content of `byteCount` bytes that begins at `start`; each part
  /// has a recipe, gaps and chunks.
  mutating func meet(
    part: ChunkList, from start: Int64, of byteCount: Int64, bases: [ChunkLookup],
    isRefused: Bool, using random: inout SplitMix
  ) throws {
    let offer = ChunkOffer(part: ChunkTree(part), from: start)
    var demand = ChunkDemand()
    try demand.add(
      byteCount: byteCount, part: start..<(start + part.byteCount), level: offer.level,
      bases: bases, isRefused: isRefused)
    try meet(offer, demand, contentCount: 1, using: &random)
  }

  /// A meeting in which nothing has been said.
  init() {}

  private mutating func meet(
    _ offer: consuming ChunkOffer, _ demand: consuming ChunkDemand, contentCount: Int,
    using random: inout SplitMix
  ) throws {
    var listings: [Frame] = []
    var answers: [Frame] = []
    while offer.isOpen {
      if random.below(2) == 0, let listing = offer.nextListing() {
        nodeCount += listing.nodes.count
        listings.append(listing.frame)
      } else if random.below(2) == 0, !listings.isEmpty {
        let listing = try ChunkListing(payload: listings.removeFirst().payload)
        answers.append(try demand.answer(listing).frame)
      } else if !answers.isEmpty {
        try offer.take(MissingChunks(payload: answers.removeFirst().payload))
      }
    }
    guard !demand.isOpen else { throw Malformed.order }
    recipes += (0..<contentCount).map(demand.recipe)
    gaps += (0..<contentCount).map(offer.gaps)
    chunks += (0..<contentCount).map(demand.chunks)
  }
}
