package import Hashing
package import Replica

/// What a tree needs to know of a bucket to stand for it.
package struct BucketSummary: Hashable, Sendable {
  /// The first key.
  package let firstKey: [UInt8]
  /// The boundary of the last key.
  package let boundary: Boundary
  /// The number of entries, at least 1.
  package let entryCount: Int
  /// The number of entries that are no tombstones.
  package let liveCount: Int
  /// Whether the last entry is no tombstone.
  package let endsLive: Bool
  /// The digest over all of the entries.
  package let state: Digest
  /// The digest over the content of the live entries.
  package let content: Digest

  /// Puts together the parts of a summary that was stored.
  package init(
    firstKey: [UInt8], boundary: Boundary, entryCount: Int, liveCount: Int, endsLive: Bool,
    state: Digest, content: Digest
  ) {
    self.firstKey = firstKey
    self.boundary = boundary
    self.entryCount = entryCount
    self.liveCount = liveCount
    self.endsLive = endsLive
    self.state = state
    self.content = content
  }

  /// Summarises a run that is not empty, whose encoding is `bytes`.
  package init(of run: EntryRun, encoded bytes: [UInt8], using hasher: inout NodeHasher) {
    let last = run.count - 1
    self.init(
      firstKey: run.key(at: 0), boundary: run.withKey(at: last) { Boundary(of: $0) },
      entryCount: run.count, liveCount: run.slots.count { $0.attributes.isLive },
      endsLive: run.attributes(at: last).isLive,
      state: hasher.digest(ofBucket: bytes, count: run.count),
      content: hasher.contentDigest(ofBucket: run))
  }

  /// Whether the bucket, begun where a bucket of the projection begins, is one of its buckets as
  /// it stands, so that the stored digest can be taken.
  func stands(in projection: Projection, shape: TreeShape) -> Bool {
    let endsAtBoundary = shape.height(of: boundary) >= 1
    return switch projection {
    case .state: endsAtBoundary || entryCount == shape.maximumCount
    case .content: endsLive && (endsAtBoundary || liveCount == shape.maximumCount)
    // Its digest is not stored.
    case .attributes: false
    }
  }

  /// The digest that the projection asks for.
  func digest(in projection: Projection) -> Digest {
    projection == .state ? state : content
  }

  /// The number of entries that the projection shows.
  func count(in projection: Projection) -> Int {
    projection == .state ? entryCount : liveCount
  }
}
