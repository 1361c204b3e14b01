import TestSupport
import Testing

@testable import Chunks

@Suite struct PartCutterTests {
  @Test(arguments: SplitMix.seeds)
  func `the nodes of a part are nodes of the whole`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    for count in [1, 30, 700, 4000] {
      let chunks = ChunkTreeTests.deep(count, using: &random)
      let whole = ChunkTree(chunks)
      let parts = Self.parts(of: chunks)
      #expect(parts.reduce(0) { $0 + $1.count } == count, "seed \(seed)")
      #expect(count < 700 || parts.count > count / 700, "seed \(seed)")
      var offset: Int64 = 0
      for part in parts {
        let tree = ChunkTree(part)
        // A part is one node, but for what is above that.
        #expect(tree.count(atLevel: min(ChunkTree.partLevel, tree.top)) == 1, "seed \(seed)")
        for level in 0...min(ChunkTree.partLevel, tree.top) {
          for node in 0..<tree.count(atLevel: level) {
            let bytes = tree.bytes(of: node, atLevel: level)
            let twin = whole.node(beginningAt: offset + bytes.lowerBound, atLevel: level)
            #expect(twin.map { whole.bytes(of: $0, atLevel: level).count } == bytes.count)
            #expect(
              twin.map { whole.fingerprint(of: $0, atLevel: level) }
                == tree.fingerprint(of: node, atLevel: level), "seed \(seed)")
          }
        }
        offset += part.byteCount
      }
    }
  }

  @Test func `content that says nowhere that a part ends has one of bounded size`() {
    var cutter = PartCutter()
    let ends = (1...600_000).filter { _ in cutter.endsPart(after: 1) }
    #expect(ends == [512 * 512, 2 * 512 * 512])
  }

  private static func parts(of chunks: ChunkList) -> [ChunkList] {
    var cutter = PartCutter()
    var parts = [ChunkList()]
    for chunk in 0..<chunks.count {
      parts[parts.count - 1].append(
        chunks.fingerprints[chunk], byteCount: chunks.bytes(of: chunk).count)
      if cutter.endsPart(after: chunks.fingerprints[chunk]) { parts.append(ChunkList()) }
    }
    return parts.filter { $0.count > 0 }
  }
}
