import Hashing
import TestSupport
import Testing

import Chunks
import FileSystem

@Suite struct ContentDigesterTests {
  private static let content = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 7) }

  @Test(arguments: [0, 1, 1 << 20 - 1, 1 << 20, 3 << 20])
  func `a content has its digest, and its chunks if it is large`(byteCount: Int) {
    let content = Array(Self.content[..<byteCount])
    var digester = ContentDigester()
    var chunker = Chunker()
    chunker.append(content, first: byteCount)
    let wanted = byteCount < 1 << 20 ? nil : chunker.finish()
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
      #expect(chunks == wanted)
    }
  }

  @Test(arguments: [1000, 3 << 20])
  func `a buffer can be read into again while what was in it is hashed`(byteCount: Int) {
    var digester = ContentDigester()
    digester.begin(byteCount: Int64(byteCount))
    var buffer = [UInt8](repeating: 0, count: 100_000)
    for start in stride(from: 0, to: byteCount, by: buffer.count) {
      let count = min(buffer.count, byteCount - start)
      buffer.replaceSubrange(..<count, with: Self.content[start..<(start + count)])
      digester.take(&buffer, first: count)
      #expect(buffer.count == 100_000)
    }
    var sha256 = SHA256()
    #expect(digester.finish().digest == sha256.digest(of: Array(Self.content[..<byteCount])))
  }
}
