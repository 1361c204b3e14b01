import TestSupport
import Testing

@testable import Chunks

@Suite struct ChunkLookupTests {
  @Test(arguments: SplitMix.seeds)
  func `every node is found, and at its own place if that is asked for`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let tree = ChunkTree(ChunkTreeTests.deep(300, using: &random))
    let lookup = ChunkLookup(tree)
    for level in 0...tree.top {
      for node in 0..<tree.count(atLevel: level) {
        let bytes = tree.bytes(of: node, atLevel: level)
        let fingerprint = tree.fingerprint(of: node, atLevel: level)
        func found(_ byteCount: Int64, near offset: Int64) -> Range<Int64>? {
          lookup.bytes(of: fingerprint, atLevel: level, byteCount: byteCount, near: offset)
        }
        let byteCount = Int64(bytes.count)
        for offset in [bytes.lowerBound, 0, bytes.lowerBound + 1, .max] {
          #expect(found(byteCount, near: offset) == bytes, "seed \(seed)")
        }
        #expect(found(byteCount + 1, near: bytes.lowerBound) == nil, "seed \(seed)")
        #expect(found(byteCount - 1, near: 0) == nil, "seed \(seed)")
        let other = lookup.bytes(
          of: fingerprint + 1, atLevel: level, byteCount: byteCount, near: bytes.lowerBound)
        #expect(other == nil, "seed \(seed)")
      }
    }
  }

  @Test func `of many places the one that is asked for is found, or else one of them`() {
    let sizes = [(5, 10_000), (6, 9000), (5, 10_000), (5, 10_000), (7, 8192)]
    let lookup = ChunkLookup(ChunkTree(ChunkList(sizes.map { (UInt64($0), $1) })))
    let places: [Int64] = [0, 19_000, 29_000]
    for place in places {
      let found = lookup.bytes(of: 5, atLevel: 0, byteCount: 10_000, near: place)
      #expect(found == place..<(place + 10_000))
    }
    for offset: Int64 in [10_000, 10_001, 39_000, 1 << 40] {
      let found = lookup.bytes(of: 5, atLevel: 0, byteCount: 10_000, near: offset)
      #expect(places.contains(found?.lowerBound ?? -1) && found?.count == 10_000)
    }
  }

  @Test func `no length is found but the one that is asked for`() {
    // Two chunks that somebody has made to clash.
    let lookup = ChunkLookup(ChunkTree(ChunkList([(5, 10_000), (5, 9000)])))
    #expect(lookup.bytes(of: 5, atLevel: 0, byteCount: 9000, near: 10_000) == 10_000..<19_000)
    #expect(lookup.bytes(of: 5, atLevel: 0, byteCount: 10_000, near: 0) == 0..<10_000)
    for byteCount: Int64 in [9000, 10_000, 9500] {
      for offset: Int64 in [0, 10_000, 77] {
        let found = lookup.bytes(of: 5, atLevel: 0, byteCount: byteCount, near: offset)
        #expect(found == nil || found?.count == Int(byteCount))
      }
    }
  }

  @Test func `nothing is found above the top, or where nothing is`() {
    let lookup = ChunkLookup(ChunkTree(ChunkList([(5, 10_000)])))
    for level in [1, 64] {
      #expect(lookup.bytes(of: 5, atLevel: level, byteCount: 10_000, near: 0) == nil)
    }
    let empty = ChunkLookup(ChunkTree(ChunkList()))
    #expect(empty.bytes(of: 0, atLevel: 0, byteCount: 1, near: 0) == nil)
  }
}
