package import Replica

/// The rules by which two replicas converge: causality first, and where there is none, a total
/// order that is the same on every replica.
///
/// A result carries what both versions have seen and mints no change of its own, so that replicas
/// come to the same result in whatever order they meet.
package struct TwoWay: Sendable {
  /// What becomes of concurrent versions.
  package let policy: ConflictPolicy

  /// Creates the rules of a run.
  package init(policy: ConflictPolicy) {
    self.policy = policy
  }

  /// What a path comes to.
  package func resolve(source: Entry?, destination: Entry?) -> Resolution {
    guard let source, let destination else {
      return alone(source ?? destination, at: source == nil ? .destination : .source)
    }
    if source.attributes == destination.attributes, source.attributes.isHashed {
      return Resolution(.agreed, source.with(source.vector.agreed(with: destination.vector)))
    }
    let pair = Pair(source: source, destination: destination)
    switch source.vector.succession(over: destination.vector) {
    case .dominates:
      return ordered(pair, by: .source)
    case .dominated:
      return ordered(pair, by: .destination)
    case .equal, .concurrent:
      return concurrent(pair)
    }
  }

  private func alone(_ entry: Entry?, at side: Side) -> Resolution {
    Resolution(entry?.attributes.isLive ?? false ? .prevails(side) : .agreed, entry)
  }

  private func ordered(_ pair: Pair<Entry>, by side: Side) -> Resolution {
    let isSame = pair.source.attributes.isSameThing(as: pair.destination.attributes)
    return Resolution(isSame ? .agreed : .prevails(side), pair.result(of: side))
  }

  private func concurrent(_ pair: Pair<Entry>) -> Resolution {
    let (source, destination) = (pair.source.attributes, pair.destination.attributes)
    if source.isSameThing(as: destination) {
      return Resolution(.agreed, pair.merged(pair.newest))
    }
    if source.isLive != destination.isLive {
      let live: Side = source.isLive ? .source : .destination
      return Resolution(.prevails(live), pair.result(of: live))
    }
    if policy == .fail { return Resolution(.unsettled, nil) }
    if (source.kind == .directory) != (destination.kind == .directory) {
      // Not a matter of policy: what is in the directory has to be somewhere.
      let winner: Side = source.kind == .directory ? .source : .destination
      return pair.conflict(winner: winner, keepsLoser: true)
    }
    let winner: Side =
      switch policy {
      case .preferSource: .source
      case .preferDestination: .destination
      default: pair.newest
      }
    let differs = !source.hasSameContent(as: destination)
    return pair.conflict(winner: winner, keepsLoser: policy == .keepBoth && differs)
  }

  /// What a path comes to that has to be a directory, because something is to be in it: the
  /// directory that an end has there, and beside it what the rules would have had in its place.
  package func revive(source: Entry?, destination: Entry?) -> Resolution {
    guard let source, let destination else {
      return resolve(source: source, destination: destination)
    }
    let pair = Pair(source: source, destination: destination)
    let isDirectory: (Side) -> Bool = { pair[$0].attributes.kind == .directory }
    guard let side = Side.allCases.first(where: isDirectory), !isDirectory(side.other) else {
      return resolve(source: source, destination: destination)
    }
    guard pair[side.other].attributes.isLive else {
      return Resolution(.prevails(side), pair.result(of: side))
    }
    if policy == .fail { return Resolution(.unsettled, nil) }
    return pair.conflict(winner: side, keepsLoser: true)
  }
}

extension Attributes {
  /// Whether both say the same but for the time.
  fileprivate func isSameThing(as other: Attributes) -> Bool {
    hasSameContent(as: other) && mode == other.mode
  }

  /// Whether this comes after `other` in the order in which the last wins.
  fileprivate func isNewer(than other: Attributes) -> Bool {
    if kind == .directory, other.kind == .directory { return mode < other.mode }
    if modified != other.modified { return modified > other.modified }
    if digest != other.digest { return digest > other.digest }
    if kind != other.kind { return kind.rawValue > other.kind.rawValue }
    return mode < other.mode
  }
}

extension Pair<Entry> {
  /// The side whose version comes last: the later time, the larger digest; of two directories the
  /// one that fewer may use.
  fileprivate var newest: Side {
    source.attributes.isNewer(than: destination.attributes) ? .source : .destination
  }

  /// What both have by themselves, with the time of `side`.
  fileprivate func merged(_ side: Side) -> Entry {
    self[side].with(self[side].vector.merged(with: self[side.other].vector))
  }

  /// What `side` has, after it has seen what the other has.
  fileprivate func result(of side: Side) -> Entry {
    self[side].with(self[side].vector.joined(with: self[side.other].vector))
  }

  fileprivate func conflict(winner: Side, keepsLoser: Bool) -> Resolution {
    Resolution(
      .conflict(winner: winner), result(of: winner), loser: keepsLoser ? self[winner.other] : nil)
  }
}
