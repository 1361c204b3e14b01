import TestSupport
import Testing

@testable import Chunks

@Suite struct ChunkerTests {
  @Test("The pieces that a content comes in do not move the cuts", arguments: [1, 63, 4096, 100_000])
  func pieces(size: Int) {
    var random = SplitMix(seed: 5)
    let content = random.bytes(300_000)
    var whole = Chunker()
    whole.append(content.span)
    var pieces = Chunker()
    for start in stride(from: 0, to: content.count, by: size) {
      pieces.append(Array(content[start..<min(start + size, content.count)]).span)
    }
    #expect(whole.finish() == pieces.finish())
  }
}
