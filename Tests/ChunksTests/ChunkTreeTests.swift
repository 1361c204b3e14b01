import Hashing
import TestSupport
import Testing

@testable import Chunks

@Suite struct ChunkTreeTests {
  /// Chunks with fingerprints of which many end runs, so that a short list has a high tree.
  static func deep(_ count: Int, using random: inout SplitMix) -> ChunkList {
    ChunkList(
      (0..<count).map { _ in
        var fingerprint = random.next() | 1
        while random.below(3) == 0 { fingerprint <<= 5 }
        return (fingerprint, 8192 + random.below(1000))
      })
  }

  /// The highest level at whose end a chunk stands, as `Boundary` says.
  static func height(_ fingerprint: UInt64) -> Int { fingerprint.trailingZeroBitCount / 5 }

  private static func lists(_ seed: UInt64) -> [ChunkList] {
    var random = SplitMix(seed: seed)
    return [1, 2, 3, 40, 700].flatMap {
      [deep($0, using: &random), ChunkList.random($0, using: &random)]
    } + [
      ChunkList(Array(repeating: (0, 8192), count: 600)),
      ChunkList(Array(repeating: (1, 65_536), count: 1200)), ChunkList.random(4000, using: &random),
    ]
  }

  @Test(arguments: SplitMix.seeds)
  func `the nodes of each level are the content, part by part`(seed: UInt64) {
    for chunks in Self.lists(seed) {
      let tree = ChunkTree(chunks)
      #expect(tree.count(atLevel: tree.top) == 1)
      for level in 0...tree.top {
        var offset: Int64 = 0
        var child = 0
        for node in 0..<tree.count(atLevel: level) {
          let bytes = tree.bytes(of: node, atLevel: level)
          #expect(bytes.lowerBound == offset && !bytes.isEmpty, "seed \(seed)")
          #expect(tree.node(beginningAt: offset, atLevel: level) == node, "seed \(seed)")
          offset = bytes.upperBound
          guard level > 0 else { continue }
          let children = tree.children(of: node, atLevel: level)
          #expect(children.lowerBound == child && (1...512).contains(children.count))
          child = children.upperBound
          let last = tree.bytes(of: child - 1, atLevel: level - 1)
          #expect(last.upperBound == offset, "seed \(seed)")
        }
        #expect(offset == chunks.byteCount, "seed \(seed)")
        #expect(level == 0 || child == tree.count(atLevel: level - 1), "seed \(seed)")
      }
    }
  }

  @Test(arguments: SplitMix.seeds)
  func `a node is the fingerprint of its level and its children`(seed: UInt64) {
    var fingerprint = Fingerprint()
    for tree in Self.lists(seed).map(ChunkTree.init) {
      for level in 0..<tree.top {
        for node in 0..<tree.count(atLevel: level + 1) {
          let children = tree.children(of: node, atLevel: level + 1)
          var bytes = [UInt8(level + 1)]
          for child in children { bytes.append(fixed: tree.fingerprint(of: child, atLevel: level)) }
          #expect(
            tree.fingerprint(of: node, atLevel: level + 1) == fingerprint.of(bytes.span.bytes),
            "seed \(seed)")
        }
      }
    }
  }

  @Test(arguments: SplitMix.seeds)
  func `a node ends where the fingerprint of its last chunk says so, or at 512 children`(
    seed: UInt64
  ) {
    for tree in Self.lists(seed).map(ChunkTree.init) where tree.top > 0 {
      for level in 1...tree.top {
        for node in 0..<tree.count(atLevel: level) {
          let end = tree.bytes(of: node, atLevel: level).upperBound
          let children = tree.children(of: node, atLevel: level)
          let ends = children.map { tree.bytes(of: $0, atLevel: level - 1).upperBound }
          let isNatural = ends.map { end in
            tree.chunks.ends.sortedPosition(of: end).map {
              Self.height(tree.chunks.fingerprints[$0]) >= level
            }
          }
          #expect(isNatural.dropLast().allSatisfy { $0 == false }, "seed \(seed)")
          #expect(
            isNatural.last == true || children.count == 512 || end == tree.chunks.byteCount,
            "seed \(seed)")
        }
      }
    }
  }

  @Test(arguments: SplitMix.seeds)
  func `equal parts have equal nodes, wherever they are`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let part = Self.deep(400, using: &random)
    var counts: [Int] = []
    let (one, another) = (
      Self.around(part, (20, 50), using: &random), Self.around(part, (33, 0), using: &random)
    )
    for level in 1...4 {
      let ends = (0..<part.count).filter { Self.height(part.fingerprints[$0]) >= level }
      for (before, last) in zip(ends, ends.dropFirst()) {
        let start = part.ends[before]
        let nodes = [one, another].map { tree, start0 in
          tree.node(beginningAt: start0 + start, atLevel: level).map { node in
            (
              tree.fingerprint(of: node, atLevel: level),
              tree.bytes(of: node, atLevel: level).count
            )
          }
        }
        #expect(nodes[0]?.0 == nodes[1]?.0, "seed \(seed)")
        #expect(nodes[0]?.1 == Int(part.ends[last] - start), "seed \(seed)")
      }
      counts.append(ends.count)
    }
    #expect(counts[0] > 60, "seed \(seed)")
  }

  /// A tree in which a part stands between others, and where it begins there.
  private static func around(
    _ part: ChunkList, _ counts: (before: Int, behind: Int), using random: inout SplitMix
  ) -> (tree: ChunkTree, start: Int64) {
    var chunks = deep(counts.before, using: &random)
    let start = chunks.byteCount
    for list in [part, deep(counts.behind, using: &random)] {
      for (fingerprint, byteCount) in zip(list.fingerprints, list.byteCounts) {
        chunks.append(fingerprint, byteCount: byteCount)
      }
    }
    return (ChunkTree(chunks), start)
  }

  @Test func `another order or number of chunks has another root`() {
    let lists: [[UInt64]] = [
      [1, 2, 3], [2, 1, 3], [1, 3, 2], [1, 2], [1, 2, 3, 3], [1, 1, 2, 3],
    ]
    let roots = lists.map { list in
      let tree = ChunkTree(ChunkList(list.map { ($0, 8192) }))
      return tree.fingerprint(of: 0, atLevel: tree.top)
    }
    #expect(Set(roots).count == lists.count)
  }

  @Test func `no chunks have no nodes`() {
    let tree = ChunkTree(ChunkList())
    #expect(tree.top == 0 && tree.count(atLevel: 0) == 0)
    #expect(tree.node(beginningAt: 0, atLevel: 0) == nil)
  }

  @Test(arguments: SplitMix.seeds)
  func `no node begins where none does`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let tree = ChunkTree(Self.deep(100, using: &random))
    for level in 0...tree.top {
      let starts = (0..<tree.count(atLevel: level)).map {
        tree.bytes(of: $0, atLevel: level).lowerBound
      }
      for start in starts {
        #expect(tree.node(beginningAt: start + 1, atLevel: level) == nil, "seed \(seed)")
      }
      for start in tree.chunks.ends where !starts.contains(start) {
        #expect(tree.node(beginningAt: start, atLevel: level) == nil, "seed \(seed)")
      }
    }
  }

  /// Made in Python from the description alone, with the `cryptography` package's GMAC.
  @Test func `a list has the tree today that it had yesterday`() {
    let siphash = SipHash(key0: 0, key1: 0)
    let chunks = ChunkList(
      (0..<5000).map { number in
        var bytes: [UInt8] = []
        bytes.append(fixed: UInt32(number))
        return (siphash.hash(bytes.span.bytes), 8192)
      })
    let tree = ChunkTree(chunks)
    #expect((0...tree.top).map(tree.count(atLevel:)) == [5000, 166, 7, 1])
    #expect(tree.fingerprint(of: 0, atLevel: 3) == 0x31bb_8de0_e34f_cd04)
  }
}
