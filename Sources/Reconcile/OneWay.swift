package import Replica

/// What a one-way run does about one path.
package enum Decision: Hashable, Sendable {
  /// Both ends hold the same.
  case nothing
  /// Both ends have the same at the path, but remember other versions: only indexes change.
  case record
  /// The destination has nothing there.
  case create
  /// The destination has something else there.
  case update
  /// The destination has the same content with another mode or modification time.
  case metadata
  /// Only the destination has something there, and it goes.
  case delete
  /// Only the destination has something there, and it stays.
  case leave
}

/// The rules by which a destination is made to agree with a source: a pure function, the same at
/// both ends.
package struct OneWay: Sendable {
  /// Whether what only the destination has is removed.
  package let deletes: Bool
  /// The destination's identity, which makes the changes that no other replica has made before.
  package let destination: ReplicaID

  /// Creates the rules of a run.
  package init(deletes: Bool, destination: ReplicaID) {
    self.deletes = deletes
    self.destination = destination
  }

  /// What is to be done about a path for which the ends hold these entries.
  package func decide(source: Entry?, destination: Entry?) -> Decision {
    if source == destination { return .nothing }
    let isThere = destination?.attributes.isLive ?? false
    guard let source, source.attributes.isLive else {
      guard isThere else { return .record }
      return deletes ? .delete : .leave
    }
    guard isThere, let destination else { return .create }
    if source.attributes == destination.attributes { return .record }
    return source.attributes.hasSameContent(as: destination.attributes) ? .metadata : .update
  }

  /// The entry that both ends hold when the decision has been carried out.
  ///
  /// It joins both ends' versions. If the destination's alone would be all of them, what is done
  /// is a change that nobody has made yet, and is counted as the destination's. `deleted` is the
  /// time of a deletion that the source has no tombstone of, in nanoseconds.
  package func result(of decision: Decision, source: Entry?, destination: Entry?, deleted: Int64)
    -> Entry?
  {
    guard let path = (source ?? destination)?.path else { return nil }
    let theirs = destination?.vector ?? VersionVector()
    let joined = (source?.vector ?? VersionVector()).joined(with: theirs)
    let isNewVersion = decision != .record && joined == theirs
    let attributes: Attributes? =
      decision == .delete
      ? .tombstone(deleted: source?.attributes.modified ?? deleted)
      : (source ?? destination)?.attributes
    return attributes.map {
      Entry(
        path: path, attributes: $0,
        vector: isNewVersion ? joined.raised(by: self.destination) : joined)
    }
  }
}
