/// How many changes to an entry each replica has made: one counter a replica, absent for none.
///
/// Vectors order versions by cause and never by clock (Parker et al., "Detection of Mutual
/// Inconsistency in Distributed Systems", 1983).
package struct VersionVector: Hashable, Sendable {
  /// The most replicas that one vector may name.
  package static let maximumCount = 1024

  /// The counter of one replica, at least 1.
  package struct Counter: Hashable, Sendable, BitwiseCopyable {
    /// The replica that made the changes.
    package let replica: ReplicaID
    /// How many it has made.
    package var value: UInt64

    /// Creates the counter of `replica`.
    package init(replica: ReplicaID, value: UInt64) {
      self.replica = replica
      self.value = value
    }
  }

  /// How two vectors stand to each other.
  package enum Causality: Hashable, Sendable {
    /// Both have seen the same changes.
    case equal
    /// The first has seen all that the second has, and more.
    case dominates
    /// The second has seen all that the first has, and more.
    case dominated
    /// Each has seen a change that the other has not.
    case concurrent
  }

  /// The counters by ascending replica.
  package private(set) var counters: [Counter]

  /// Creates the vector of an entry that nobody has changed.
  package init() {
    counters = []
  }

  /// Creates the vector of an entry that `replica` has changed `value` times.
  package init(_ replica: ReplicaID, _ value: UInt64 = 1) {
    counters = [Counter(replica: replica, value: value)]
  }

  /// Takes counters that ascend by replica and are at least 1, or throws.
  package init(counters: [Counter]) throws(Malformed) {
    guard counters.count <= Self.maximumCount, counters.allSatisfy({ $0.value > 0 }),
      zip(counters, counters.dropFirst()).allSatisfy({ $0.replica < $1.replica })
    else { throw .vector }
    self.counters = counters
  }

  /// The counter of `replica`, 0 if it is not named.
  package subscript(replica: ReplicaID) -> UInt64 {
    counters.first { $0.replica == replica }?.value ?? 0
  }

  /// How this vector stands to `other`.
  package func compared(with other: VersionVector) -> Causality {
    var ahead = false
    var behind = false
    merge(other) { mine, theirs in
      ahead = ahead || mine > theirs
      behind = behind || mine < theirs
      return 0
    }
    return switch (ahead, behind) {
    case (false, false): .equal
    case (true, false): .dominates
    case (false, true): .dominated
    case (true, true): .concurrent
    }
  }

  /// The least vector that dominates or equals both.
  package func joined(with other: VersionVector) -> VersionVector {
    if self == other { return self }
    var joined = VersionVector()
    joined.counters = merge(other) { Swift.max($0, $1) }
    return joined
  }

  /// The vector after one more change made by `replica`; the same if no counter can go further,
  /// as none does but by a peer's forgery.
  package func raised(by replica: ReplicaID) -> VersionVector {
    let value = self[replica]
    return joined(with: VersionVector(replica, value == .max ? value : value + 1))
  }

  /// Walks both vectors in order of replica and returns the counters that `combine` makes of each
  /// pair, leaving out those that are zero.
  @discardableResult
  private func merge(
    _ other: VersionVector, combine: (UInt64, UInt64) -> UInt64
  ) -> [Counter] {
    var merged: [Counter] = []
    var left = counters[...]
    var right = other.counters[...]
    while let replica = [left.first?.replica, right.first?.replica].compactMap(\.self).min() {
      let mine = left.first?.replica == replica ? left.removeFirst().value : 0
      let theirs = right.first?.replica == replica ? right.removeFirst().value : 0
      let value = combine(mine, theirs)
      if value > 0 { merged.append(Counter(replica: replica, value: value)) }
    }
    return merged
  }
}
