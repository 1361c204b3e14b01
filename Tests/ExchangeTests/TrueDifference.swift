import Merkle
import Replica

/// What two runs hold otherwise, as the projection sees it, by the plain definition.
struct TrueDifference {
  private(set) var mine: [Path: Entry] = [:]
  private(set) var theirs: [Path: Entry] = [:]

  init(_ left: EntryRun, _ right: EntryRun, _ projection: Projection) {
    let ours = Self.shown(left, projection)
    let others = Self.shown(right, projection)
    mine = ours.filter { others[$0.key]?.covered != $0.value.covered }.mapValues(\.entry)
    theirs = others.filter { ours[$0.key]?.covered != $0.value.covered }.mapValues(\.entry)
  }

  private typealias Shown = (entry: Entry, covered: [UInt8])

  private static func shown(_ run: EntryRun, _ projection: Projection) -> [Path: Shown] {
    var shown: [Path: Shown] = [:]
    for index in run.slots.indices where projection.shows(run.attributes(at: index)) {
      var covered: [UInt8] = []
      projection.encode(entryAt: index, of: run, to: &covered)
      shown[run.path(at: index)] = (run.entry(at: index), covered)
    }
    return shown
  }
}
