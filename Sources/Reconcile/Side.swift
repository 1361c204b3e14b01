/// One of the two replicas of a run, in the order in which the user named them.
package enum Side: String, Sendable, CaseIterable {
  /// The first: what a one-way run takes from.
  case source
  /// The second: what a one-way run changes.
  case destination

  /// The opposite one.
  package var other: Side { self == .source ? .destination : .source }
}

/// The same thing for each of the two replicas.
package struct Pair<Element> {
  /// The first replica's.
  package var source: Element
  /// The second replica's.
  package var destination: Element

  /// Pairs both.
  package init(source: Element, destination: Element) {
    self.source = source
    self.destination = destination
  }

  /// That of `side`.
  package subscript(side: Side) -> Element {
    get { side == .source ? source : destination }
    set { if side == .source { source = newValue } else { destination = newValue } }
  }
}

extension Pair: Sendable where Element: Sendable {}
extension Pair: Equatable where Element: Equatable {}
extension Pair: Hashable where Element: Hashable {}
