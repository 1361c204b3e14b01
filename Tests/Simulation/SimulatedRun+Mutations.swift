import Index
import Replica

extension SimulatedRun {
  /// What the comparison gets to see of one end's entries, with the mutation's bug in them.
  func mutated(_ mine: [Recorded], by theirs: [Recorded]) -> [Recorded] {
    switch mutation {
    case .absenceDeletes: withTombstones(mine, for: theirs)
    case .ordersByTimeAlone: dominating(mine, theirs) { $0.isLive && $0.modified > $1.modified }
    case .deletionWins: dominating(mine, theirs) { !$0.isLive && $1.isLive }
    case .comparesNamesAsText: withoutEquivalents(mine)
    case .deletesSubtrees: withSubtrees(deletedIn: mine, of: theirs)
    default: mine
    }
  }

  private func withTombstones(_ mine: [Recorded], for theirs: [Recorded]) -> [Recorded] {
    let known = Set(mine.map(\.entry.path))
    let absent = theirs.filter { !known.contains($0.entry.path) && $0.entry.attributes.isLive }
    guard !mine.isEmpty else { return mine }
    return
      (mine
      + absent.map { other in
        let vector = other.entry.vector.raised(by: ReplicaID(rawValue: 0xbad), in: 0)
        return Recorded(
          entry: Entry(
            path: other.entry.path, attributes: .tombstone(deleted: 1), vector: vector),
          stamp: .none)
      }).sorted { $0.entry.path < $1.entry.path }
  }

  private func dominating(
    _ mine: [Recorded], _ theirs: [Recorded], where wins: (Attributes, Attributes) -> Bool
  ) -> [Recorded] {
    var others: [Path: Entry] = [:]
    for other in theirs { others[other.entry.path] = other.entry }
    return mine.map { own in
      guard let other = others[own.entry.path], other.attributes != own.entry.attributes,
        wins(own.entry.attributes, other.attributes)
      else { return own }
      var entry = own.entry
      entry.vector = entry.vector.joined(with: other.vector)
        .raised(by: ReplicaID(rawValue: 0xbad), in: 0)
      return Recorded(entry: entry, stamp: own.stamp)
    }
  }

  private func withSubtrees(deletedIn mine: [Recorded], of theirs: [Recorded]) -> [Recorded] {
    let gone = mine.filter { !$0.entry.attributes.isLive }.map(\.entry.path)
    let below = theirs.filter { other in
      other.entry.attributes.isLive && gone.contains { other.entry.path.isBelow($0) }
    }
    let paths = Set(below.map(\.entry.path))
    return withTombstones(mine.filter { !paths.contains($0.entry.path) }, for: below)
  }

  private func withoutEquivalents(_ mine: [Recorded]) -> [Recorded] {
    var seen: Set<String> = []
    return mine.filter {
      seen.insert(String(decoding: $0.entry.path.slashed, as: UTF8.self)).inserted
    }
  }
}
