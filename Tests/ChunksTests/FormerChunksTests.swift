import Hashing
import TestSupport
import Testing

@testable import Chunks

@Suite struct FormerChunksTests {
  /// Changes a content as people and programs do: in place, by an insertion, a removal, or a move.
  private static func edit(_ content: inout [UInt8], using random: inout SplitMix) {
    let place = random.below(content.count + 1)
    let count = random.below([10, 5000, 200_000][random.below(3)])
    let range = place..<min(content.count, place + count)
    switch random.below(5) {
    case 0: content.replaceSubrange(range, with: random.bytes(range.count))
    case 1: content.insert(contentsOf: random.bytes(count), at: place)
    case 2: content.removeSubrange(range)
    case 3: content += content[range]
    default:
      let moved = Array(content[range])
      content.removeSubrange(range)
      content.insert(contentsOf: moved, at: random.below(content.count + 1))
    }
  }

  @Test(arguments: ContentKind.allCases, SplitMix.seeds)
  func `a former version moves no cut, in whatever pieces a content comes`(
    kind: ContentKind, seed: UInt64
  ) {
    var random = SplitMix(seed: seed)
    var chunker = Chunker()
    for trial in 0..<20 {
      let old = kind.content(100_000 + random.below(900_000), seed: random.next())
      var new = old
      for _ in 0..<random.below(4) { Self.edit(&new, using: &random) }
      chunker.expect(ChunkList(of: old))
      var start = 0
      while start < new.count {
        let end = min(new.count, start + 1 + random.below([300, 30_000, 300_000][random.below(3)]))
        chunker.append(new.span.extracting(start..<end))
        start = end
      }
      #expect(chunker.finish() == ChunkList(of: new), "seed \(seed), trial \(trial)")
    }
  }

  /// Two chunks that were taken for one tell that no end is looked for in what is there again.
  @Test(arguments: [1000, 65_536, 1_000_000])
  func `what is there again is cut as it was`(size: Int) {
    var random = SplitMix(seed: 7)
    var content = random.bytes(1_000_000)
    let cut = ChunkList(of: content)
    var former = ChunkList()
    var joinedEnd: Int64 = 0
    for chunk in 0..<cut.count {
      let bytes = former.byteCount..<cut.ends[chunk]
      let next = chunk + 1 < cut.count ? cut.byteCounts[chunk + 1] : .max
      if joinedEnd == 0, bytes.lowerBound > 500_000, bytes.count + next <= 65_536 {
        joinedEnd = cut.ends[chunk + 1]
        continue
      }
      var fingerprint = Fingerprint()
      let part = content.span.extracting(Int(bytes.lowerBound)..<Int(bytes.upperBound))
      former.append(fingerprint.of(part.bytes), byteCount: bytes.count)
    }
    #expect(former.count == cut.count - 1)
    func chunks(expecting former: ChunkList?) -> ChunkList {
      var chunker = Chunker()
      if let former { chunker.expect(former) }
      for start in stride(from: 0, to: content.count, by: size) {
        chunker.append(content.span.extracting(start..<min(start + size, content.count)))
      }
      return chunker.finish()
    }
    #expect(chunks(expecting: former) == former)
    #expect(chunks(expecting: nil) == cut)
    // Behind a change, too.
    content[120_000] ^= 1
    let changed = chunks(expecting: former)
    #expect(changed != former && changed.ends.contains(joinedEnd))
    #expect(changed.ends.filter { $0 > 500_000 } == former.ends.filter { $0 > 500_000 })
  }

  /// Chunks of which each has its number for a fingerprint.
  private static func numbered(_ count: UInt64, byteCount: Int = 10_000) -> ChunkList {
    ChunkList((0..<count).map { ($0, byteCount) })
  }

  @Test func `each is expected behind the one before it, but for the last`() {
    var former = FormerChunks(Self.numbered(4))
    for number: UInt64 in 0..<3 {
      #expect(former.next?.fingerprint == number)
      former.advance()
    }
    #expect(former.next == nil)
    #expect(FormerChunks(ChunkList()).next == nil)
  }

  @Test func `behind what is not there nothing is expected until something is found again`() {
    var former = FormerChunks(Self.numbered(10_000))
    former.miss()
    #expect(former.next == nil)
    former.find(77_777)
    #expect(former.next == nil)
    former.find(100)
    #expect(former.next?.fingerprint == 101)
    former.find(3)
    #expect(former.next?.fingerprint == 4)
    former.miss()
    // Not far away.
    former.find(3000)
    #expect(former.next == nil)
    // What has come meanwhile counts.
    for _ in 0..<2400 { former.find(77_777) }
    former.find(2500)
    #expect(former.next?.fingerprint == 2501)
    former.miss()
    for _ in 0..<20_000 { former.find(77_777) }
    former.find(9999)
    #expect(former.next == nil)
  }

  @Test(arguments: [1, 8191, 65_537])
  func `no chunk is expected that the rule does not make`(byteCount: Int) {
    #expect(FormerChunks(Self.numbered(4, byteCount: byteCount)).next == nil)
  }
}
