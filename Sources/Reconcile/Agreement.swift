package import Replica

extension VersionVector {
  /// The versions of what two replicas hold alike, which one has with this vector and the other
  /// with `other`; the same whichever of them asks.
  package func agreed(with other: VersionVector) -> VersionVector {
    switch succession(over: other) {
    case .equal, .concurrent: merged(with: other)
    case .dominates: joined(with: other)
    case .dominated: other.joined(with: self)
    }
  }

  /// How this version stands to `other`: by the counters, and where these are concurrent, by
  /// whether one has seen the very change that made the other.
  func succession(over other: VersionVector) -> Causality {
    let causality = compared(with: other)
    guard causality == .concurrent else { return causality }
    switch (other.hasSeen(self), hasSeen(other)) {
    case (true, false): return .dominated
    case (false, true): return .dominates
    case (true, true), (false, false): return .concurrent
    }
  }
}
