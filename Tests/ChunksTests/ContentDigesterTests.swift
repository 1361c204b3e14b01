import Hashing
import TestSupport
import Testing

@testable import Chunks

@Suite struct ContentDigesterTests {
  private static let content = ContentKind.text.content(1 << 20, seed: 1)

  @Test(arguments: [0, 1, 1 << 20 - 1, 1 << 20])
  func `a content has its digest, and its chunks if it is large`(byteCount: Int) {
    let content = Array(Self.content[..<byteCount])
    var digester = ContentDigester()
    // What was left unfinished, large or not, is no part of what comes next.
    for begun in [0, 1 << 20] {
      digester.begin(byteCount: Int64(begun))
      digester.update(Self.content, first: 10_000)
      digester.begin(byteCount: Int64(byteCount))
      digester.update(content, first: byteCount / 3)
      digester.update(Array(content[(byteCount / 3)...]), first: byteCount - byteCount / 3)
      let (digest, chunks) = digester.finish()
      var sha256 = SHA256()
      #expect(digest == sha256.digest(of: content))
      #expect(chunks == (byteCount < 1 << 20 ? nil : ChunkList(of: content)))
    }
  }
}
