import Replica

/// What really happened at a path of a replica: the last thing that a user did to what is there, and
/// all that users had done before it. Kept beside the program under test and never shown to it.
struct Ghost: Equatable {
  /// The user's deed; several if users did the same by themselves.
  var deeds: Set<Int>
  /// The deeds that it, or who brought it here, knew of; itself among them.
  var past: Set<Int>
  /// Those of them that users have followed up, and not merely lost a conflict.
  var followed: Set<Int>

  /// A deed of a user who sees `former`.
  init(_ event: Int, after former: Ghost?) {
    deeds = [event]
    past = (former?.past ?? []).union([event])
    followed = (former?.followed ?? []).union([event])
  }

  /// The same after `other` has been taken note of.
  func joined(with other: Ghost?) -> Ghost {
    var joined = self
    joined.past.formUnion(other?.past ?? [])
    return joined
  }

  /// What this and `other` are, which are the same thing at both ends.
  func merged(with other: Ghost?) -> Ghost {
    guard let other else { return self }
    var merged = joined(with: other)
    let isKnown = past.isSuperset(of: other.deeds)
    let isKnownThere = other.past.isSuperset(of: deeds)
    merged.followed.formUnion(other.followed)
    if isKnownThere, !isKnown { merged.deeds = other.deeds }
    if !isKnown, !isKnownThere { merged.deeds.formUnion(other.deeds) }
    return merged
  }
}

/// A property of FAULTS.md that did not hold.
package struct Violation: Error, CustomStringConvertible, Equatable {
  /// Its number there; 0 for the simulation itself.
  package let property: Int
  /// What was seen.
  package let description: String

  package init(_ property: Int, _ description: String) {
    self.property = property
    self.description = description
  }
}
