package import Hashing
package import Replica

/// What a tree's digests cover.
package enum Projection: UInt8, Hashable, Sendable {
  /// All of every entry, versions and tombstones included: what synchronisation compares.
  case state = 0
  /// Live paths, kinds, sizes, content and executable bits: the answer to "same files?".
  case content = 1
  /// All of every live entry but its versions: what replicas that meet for the first time compare.
  case attributes = 2

  /// Whether the projection shows the entry that says `attributes`.
  package func shows(_ attributes: Attributes) -> Bool {
    self == .state || attributes.isLive
  }

  /// Appends what the tag of the entry at `index` covers.
  package func encode(entryAt index: Int, of run: EntryRun, to output: inout [UInt8]) {
    switch self {
    case .state: run.encodeState(at: index, to: &output)
    case .content: run.encodeContent(at: index, to: &output)
    case .attributes: run.encodeAttributes(at: index, to: &output)
    }
  }
}

/// Computes the digests of a tree's nodes (`treemend-state.5`, "Digests").
///
/// Keeps the hash context and the buffers that every node needs.
package struct NodeHasher: ~Copyable {
  private var sha256 = SHA256()
  private var tree = TreeHash()
  private var scratch: [UInt8] = []

  /// Creates a hasher.
  package init() {}

  /// The digest of a bucket of `count` entries by `bytes`, which for the state is the encoding of
  /// their run, and for the attributes what is covered of each behind the other.
  ///
  /// PERF: hashed as a whole, not as a tree of entries: 0.07 s a million entries and not 0.3 s.
  package mutating func digest(ofBucket bytes: [UInt8], count: Int) -> Digest {
    digest(level: 1, count: count, body: sha256.digest(of: bytes))
  }

  /// The content digest of the live entries of `run`: their RFC 9162 tree hash, bound to a level
  /// and count, so that one entry's membership has a short proof.
  package mutating func contentDigest(ofBucket run: EntryRun) -> Digest {
    var liveCount = 0
    for index in run.slots.indices where run.slots[index].attributes.isLive {
      scratch.removeAll(keepingCapacity: true)
      run.encodeContent(at: index, to: &scratch)
      tree.append(scratch, using: &sha256)
      liveCount += 1
    }
    return digest(level: 1, count: liveCount, body: tree.finalize(using: &sha256))
  }

  /// The digest of a node of `level` over those of its children.
  package mutating func digest(level: Int, children: Span<Digest>) -> Digest {
    for index in children.indices { tree.append(children[index], using: &sha256) }
    return digest(level: level, count: children.count, body: tree.finalize(using: &sha256))
  }

  /// Binds a node's level and number of children to the hash of what is in it.
  private mutating func digest(level: Int, count: Int, body: Digest) -> Digest {
    scratch.removeAll(keepingCapacity: true)
    scratch.append(0x02)
    scratch.append(UInt8(level))
    scratch.append(fixed: UInt32(count))
    body.append(to: &scratch)
    return sha256.digest(of: scratch)
  }
}
