package import Replica

/// What a path at which two replicas differ comes to.
package struct Resolution: Hashable, Sendable {
  /// Why.
  package enum Verdict: Hashable, Sendable {
    /// Both have the same there, whatever versions they remember.
    case agreed
    /// One end's version follows the other's, or is there where the other has nothing.
    case prevails(Side)
    /// The versions are concurrent, and one end's is taken.
    case conflict(winner: Side)
    /// The versions are concurrent, and neither may be taken.
    case unsettled
    /// Only the destination has something there, and it stays.
    case extraneous
  }

  /// Why.
  package let verdict: Verdict
  /// What both ends hold then; nil if each keeps what it has.
  package let result: Entry?
  /// The version that did not win, if it is to be kept, under a name of its own.
  package let loser: Entry?

  init(_ verdict: Verdict, _ result: Entry?, loser: Entry? = nil) {
    self.verdict = verdict
    self.result = result
    self.loser = loser
  }
}

/// The rules of a run: a pure function from what both ends hold at a path to what it comes to.
package enum Rules: Sendable {
  /// The destination is made to agree with the source.
  case oneWay(OneWay)
  /// Both converge.
  case twoWay(TwoWay)

  /// What a path comes to, at which the ends hold these entries, one of them at least.
  package func resolve(source: Entry?, destination: Entry?) -> Resolution {
    switch self {
    case .oneWay(let rules): rules.resolve(source: source, destination: destination)
    case .twoWay(let rules): rules.resolve(source: source, destination: destination)
    }
  }

  /// Whether an entry is the own of the destination of a one-way run: no other replica has had a part
  /// in it.
  func isOwn(_ entry: Entry?) -> Bool {
    guard case .oneWay(let rules) = self, let entry else { return false }
    return entry.vector.counters.allSatisfy { $0.replica == rules.destination }
  }
}
