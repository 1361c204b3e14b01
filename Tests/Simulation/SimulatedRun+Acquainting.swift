import Index
import Reconcile
import Replica

extension SimulatedRun {
  /// Has replicas of which one has never met another agree on the versions of what they hold alike;
  /// a run that is cut comes to do so at one end alone.
  func acquaint(_ scans: inout Pair<Scanned>) throws {
    guard ends.source.isNew || ends.destination.isNew,
      scans.source.unknown.isEmpty, scans.destination.unknown.isEmpty
    else { return }
    for side in Side.allCases { try hear(side) }
    var known: [Path: Entry] = [:]
    for theirs in scans.destination.entries { known[theirs.entry.path] = theirs.entry }
    var agreed: [Path: VersionVector] = [:]
    for mine in scans.source.entries.map(\.entry) {
      guard mine.attributes.isLive, let theirs = known[mine.path],
        mine.attributes == theirs.attributes || mutation == .agreesOnAll && theirs.attributes.isLive
      else { continue }
      agreed[mine.path] = mine.vector.agreed(with: theirs.vector)
    }
    let sides = faults.cutAfter == 1 ? [Side.destination] : Side.allCases
    for side in sides {
      for index in scans[side].entries.indices {
        let recorded = scans[side].entries[index]
        guard let vector = agreed[recorded.entry.path] else { continue }
        let entry = Entry(
          path: recorded.entry.path, attributes: recorded.entry.attributes, vector: vector)
        scans[side].entries[index] = Recorded(entry: entry, stamp: recorded.stamp)
      }
      let changes = scans[side].entries.filter { agreed[$0.entry.path] != nil }
      try world.checkVersions(of: changes, at: ends[side])
      try ends[side].record(changes)
    }
    for path in agreed.keys {
      let merged = ends.source.ghosts[path]?.merged(with: ends.destination.ghosts[path])
      for side in sides { ends[side].ghosts[path] = merged }
    }
  }
}
