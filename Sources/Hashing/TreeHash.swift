/// The Merkle tree hash of RFC 9162, section 2.1.1, over a list of byte strings given in order.
///
/// Holds one digest for each set bit of the number of leaves so far: O(log n) memory.
package struct TreeHash {
  private var subtrees: [(leafCount: Int, digest: Digest)] = []

  /// Creates the hash of the empty list.
  package init() {}

  /// Adds the byte string `leaf` at the end of the list.
  package mutating func append(_ leaf: [UInt8], using sha256: inout SHA256) {
    let prefix: [1 of UInt8] = [0x00]
    sha256.restart()
    sha256.update(prefix.span.bytes)
    sha256.update(leaf.span.bytes)
    append(leafHash: sha256.finalize(), using: &sha256)
  }

  /// Adds the bytes of a digest at the end of the list.
  package mutating func append(_ leaf: Digest, using sha256: inout SHA256) {
    var bytes: [33 of UInt8] = .init(repeating: 0x00)
    var span = bytes.mutableSpan
    leaf.store(into: &span, at: 1)
    append(leafHash: sha256.digest(of: bytes.span.bytes), using: &sha256)
  }

  private mutating func append(leafHash: Digest, using sha256: inout SHA256) {
    var digest = leafHash
    var leafCount = 1
    while let last = subtrees.last, last.leafCount == leafCount {
      subtrees.removeLast()
      digest = Self.parent(of: last.digest, digest, using: &sha256)
      leafCount *= 2
    }
    subtrees.append((leafCount, digest))
  }

  /// Returns the tree hash of the list and begins an empty one.
  package mutating func finalize(using sha256: inout SHA256) -> Digest {
    guard var digest = subtrees.popLast()?.digest else { return sha256.digest(of: []) }
    while let left = subtrees.popLast()?.digest {
      digest = Self.parent(of: left, digest, using: &sha256)
    }
    return digest
  }

  private static func parent(
    of left: Digest, _ right: Digest, using sha256: inout SHA256
  ) -> Digest {
    var bytes: [65 of UInt8] = .init(repeating: 0x01)
    var span = bytes.mutableSpan
    left.store(into: &span, at: 1)
    right.store(into: &span, at: 33)
    return sha256.digest(of: bytes.span.bytes)
  }
}
