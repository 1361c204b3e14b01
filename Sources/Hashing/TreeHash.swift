/// The Merkle tree hash of RFC 9162, section 2.1.1, over a list of byte strings given in order.
///
/// Holds one digest for each set bit of the number of leaves so far: O(log n) memory.
package struct TreeHash {
  private var subtrees: [(leafCount: Int, digest: Digest)] = []
  private var scratch: [UInt8] = []

  /// Creates the hash of the empty list.
  package init() {}

  /// Adds the byte string `leaf` at the end of the list.
  package mutating func append(_ leaf: RawSpan, using sha256: inout SHA256) {
    scratch.removeAll(keepingCapacity: true)
    scratch.append(0x00)
    sha256.update(scratch.span.bytes)
    sha256.update(leaf)
    var digest = sha256.finalize()
    var leafCount = 1
    while let last = subtrees.last, last.leafCount == leafCount {
      subtrees.removeLast()
      digest = parent(of: last.digest, digest, using: &sha256)
      leafCount *= 2
    }
    subtrees.append((leafCount, digest))
  }

  /// Adds the byte string `leaf` at the end of the list.
  package mutating func append(_ leaf: [UInt8], using sha256: inout SHA256) {
    append(leaf.span.bytes, using: &sha256)
  }

  /// Returns the tree hash of the list and begins an empty one.
  package mutating func finalize(using sha256: inout SHA256) -> Digest {
    guard var digest = subtrees.popLast()?.digest else { return sha256.finalize() }
    while let left = subtrees.popLast()?.digest {
      digest = parent(of: left, digest, using: &sha256)
    }
    return digest
  }

  private mutating func parent(
    of left: Digest, _ right: Digest, using sha256: inout SHA256
  ) -> Digest {
    scratch.removeAll(keepingCapacity: true)
    scratch.append(0x01)
    left.append(to: &scratch)
    right.append(to: &scratch)
    return sha256.digest(of: scratch.span.bytes)
  }
}
