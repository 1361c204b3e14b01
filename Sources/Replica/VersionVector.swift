/// The changes to an entry that a version has seen: for each replica the epoch of its last one,
/// absent for none; and which of them made the version, its dots.
///
/// Vectors order versions by cause and never by clock (Parker et al., "Detection of Mutual
/// Inconsistency in Distributed Systems", 1983). The dots tell a version that another has seen from
/// one that it has merely outlived (Preguiça et al., "Dotted Version Vectors", 2010).
package struct VersionVector: Hashable, Sendable {
  /// The most replicas that one vector may name.
  package static let maximumCount = 1024
  /// The most that it may name to be given to another replica, so that there is room for what that
  /// does.
  package static let maximumTakenCount = 512

  /// One change: the replica that made it and the replica's epoch at the time, at least 1.
  package struct Counter: Hashable, Sendable, BitwiseCopyable {
    /// The replica that made the change.
    package let replica: ReplicaID
    /// Its epoch: later changes have a greater one.
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

  /// The counters by ascending replica, and the dots behind them: one array, so that a copy of an
  /// entry counts one reference less.
  private let elements: [Counter]
  /// How many replicas it names.
  package let counterCount: Int

  /// The counters by ascending replica.
  package var counters: ArraySlice<Counter> { elements[..<counterCount] }

  /// The changes that made this version, by ascending replica: one, or several that replicas made
  /// alike without knowing of each other. The counters cover them.
  package var dots: ArraySlice<Counter> { elements[counterCount...] }

  private init(_ counters: some Collection<Counter>, _ dots: some Collection<Counter>) {
    elements = Array(counters) + dots
    counterCount = counters.count
  }

  /// Creates the vector of an entry that nobody has changed.
  package init() {
    elements = []
    counterCount = 0
  }

  /// Creates the vector of an entry that `replica` has changed in its epoch `value` alone.
  package init(_ replica: ReplicaID, _ value: UInt64 = 1) {
    let change = Counter(replica: replica, value: value)
    elements = [change, change]
    counterCount = 1
  }

  /// Takes counters, and dots that they cover; both ascend by replica and are at least 1. Throws if
  /// they are not so, or if there are counters and no dots.
  package init(
    counters: some Collection<Counter>, dots: some Collection<Counter>
  ) throws(Malformed) {
    self.init(counters, dots)
    guard counters.count <= Self.maximumCount, Self.isOrdered(self.counters),
      Self.isOrdered(self.dots), coversDots, dots.isEmpty == counters.isEmpty
    else { throw .vector }
  }

  /// Whether the counters cover the dots, both being ordered.
  private var coversDots: Bool {
    var rest = counters
    return dots.allSatisfy { dot in
      rest = rest.drop { $0.replica < dot.replica }
      guard let counter = rest.first else { return false }
      return counter.replica == dot.replica && counter.value >= dot.value
    }
  }

  private static func isOrdered(_ counters: ArraySlice<Counter>) -> Bool {
    counters.allSatisfy { $0.value > 0 }
      && zip(counters, counters.dropFirst()).allSatisfy { $0.replica < $1.replica }
  }

  /// The counter of `replica`, 0 if it is not named.
  package subscript(replica: ReplicaID) -> UInt64 {
    for index in 0..<counterCount where elements[index].replica == replica {
      return elements[index].value
    }
    return 0
  }

  /// Whether the change `counter` is among those seen.
  package func covers(_ counter: Counter) -> Bool {
    self[counter.replica] >= counter.value
  }

  /// Whether `other` is this version, or one that was seen before this one was made.
  package func hasSeen(_ other: VersionVector) -> Bool {
    other.dots.allSatisfy(covers)
  }

  /// Whether both have seen the same changes.
  package func hasSameCounters(as other: VersionVector) -> Bool {
    counterCount == other.counterCount
      && (0..<counterCount).allSatisfy { elements[$0] == other.elements[$0] }
  }

  /// How this vector stands to `other`, the dots aside.
  package func compared(with other: VersionVector) -> Causality {
    var ahead = false
    var behind = false
    merge(counters, other.counters) { mine, theirs in
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

  /// This version after it has seen all that `other` has: the least vector that dominates or
  /// equals both, with this one's dots.
  package func joined(with other: VersionVector) -> VersionVector {
    if other.counterCount == 0 || hasSameCounters(as: other) { return self }
    if counterCount == 0 { return other }
    return VersionVector(merge(counters, other.counters) { Swift.max($0, $1) }, dots)
  }

  /// The version that this one and `other` are, which have come to be the same by themselves.
  package func merged(with other: VersionVector) -> VersionVector {
    VersionVector(joined(with: other).counters, merge(dots, other.dots) { Swift.max($0, $1) })
  }

  /// The vector after one more change, made by `replica` in its epoch `epoch`; later than all its
  /// former ones even so, but where no counter can go further, as none does but by forgery.
  ///
  /// If there is no room for it, the least counter of another is forgotten: what that stood for is
  /// concurrent then.
  package func raised(by replica: ReplicaID, in epoch: UInt64) -> VersionVector {
    let former = self[replica]
    let next = former == .max ? former : former + 1
    let raised = VersionVector(replica, Swift.max(next, epoch)).joined(with: self)
    guard raised.counterCount > Self.maximumCount,
      let least = raised.counters.filter({ $0.replica != replica }).min(by: { $0.value < $1.value })
    else { return raised }
    return VersionVector(raised.counters.filter { $0 != least }, raised.dots)
  }

  /// Walks both lists in order of replica and returns the counters that `combine` makes of each
  /// pair, leaving out those that are zero.
  @discardableResult
  private func merge(
    _ one: ArraySlice<Counter>, _ other: ArraySlice<Counter>, combine: (UInt64, UInt64) -> UInt64
  ) -> [Counter] {
    var merged: [Counter] = []
    var (left, right) = (one.startIndex, other.startIndex)
    while left < one.endIndex || right < other.endIndex {
      let takesLeft =
        right == other.endIndex
        || left < one.endIndex && one[left].replica <= other[right].replica
      let takesRight =
        left == one.endIndex
        || right < other.endIndex && other[right].replica <= one[left].replica
      let replica = takesLeft ? one[left].replica : other[right].replica
      let value = combine(
        takesLeft ? one[left].value : 0, takesRight ? other[right].value : 0)
      if value > 0 { merged.append(Counter(replica: replica, value: value)) }
      if takesLeft { left += 1 }
      if takesRight { right += 1 }
    }
    return merged
  }
}
