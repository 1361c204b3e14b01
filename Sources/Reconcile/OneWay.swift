package import Replica

/// The rules by which a destination is made to agree with a source.
package struct OneWay: Sendable {
  /// Whether what only the destination has is removed.
  package let deletes: Bool
  /// The destination's identity, which makes the changes that no other replica has made before.
  package let destination: ReplicaID
  /// The destination's epoch, which counts them.
  package let epoch: UInt64
  /// The time of deletions that the source has no tombstone of, in nanoseconds.
  package let now: Int64

  /// Creates the rules of a run.
  package init(deletes: Bool, destination: ReplicaID, epoch: UInt64, now: Int64) {
    self.deletes = deletes
    self.destination = destination
    self.epoch = epoch
    self.now = now
  }

  /// What a path comes to.
  ///
  /// The result joins both ends' versions. If the destination has seen all of the source's, going
  /// back to it is a change that nobody has made yet, and is counted as the destination's.
  package func resolve(source: Entry?, destination: Entry?) -> Resolution {
    let theirs = destination?.vector ?? VersionVector()
    let isThere = destination?.attributes.isLive ?? false
    if let source, source.attributes.isLive || !isThere {
      let joined = source.vector.joined(with: theirs)
      if source.attributes == destination?.attributes || !source.attributes.isLive {
        return Resolution(.agreed, source.with(joined))
      }
      return Resolution(.prevails(.source), source.with(minted(joined, over: theirs)))
    }
    guard let destination, isThere else { return Resolution(.agreed, destination) }
    guard deletes else { return Resolution(.extraneous, nil) }
    let joined = (source?.vector ?? VersionVector()).joined(with: theirs)
    let deleted = source?.attributes.modified ?? now
    return Resolution(
      .prevails(.source),
      Entry(
        path: destination.path, attributes: .tombstone(deleted: deleted),
        vector: minted(joined, over: theirs)))
  }

  private func minted(_ joined: VersionVector, over theirs: VersionVector) -> VersionVector {
    joined.hasSameCounters(as: theirs) ? joined.raised(by: destination, in: epoch) : joined
  }
}

extension Entry {
  /// The same with other versions.
  func with(_ vector: VersionVector) -> Entry {
    Entry(path: path, attributes: attributes, vector: vector)
  }
}
