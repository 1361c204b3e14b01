package import Hashing

/// Gives the digest of a content and, if it is large, its chunks, in one pass.
package struct ContentDigester: ~Copyable {
  private var sha256 = SHA256()
  private var chunker = Chunker()
  private var isLarge = false

  /// Creates one that has seen no content.
  package init() {}

  /// Begins a content of `byteCount` bytes, whatever came so far.
  package mutating func begin(byteCount: Int64) {
    sha256.restart()
    chunker.restart()
    isLarge = byteCount >= ChunkList.keptByteCount
  }

  /// Goes on with the first `count` of `bytes`.
  package mutating func update(_ bytes: [UInt8], first count: Int) {
    sha256.update(bytes, first: count)
    if isLarge { chunker.append(bytes, first: count) }
  }

  /// Ends the content.
  package mutating func finish() -> (digest: Digest, chunks: ChunkList?) {
    (sha256.finalize(), isLarge ? chunker.finish() : nil)
  }

  /// The digest of `bytes` alone, a link's target or all of a small file.
  package mutating func digest(of bytes: [UInt8]) -> Digest {
    sha256.digest(of: bytes)
  }
}
