internal import FileSystem
internal import Replica

/// A row that is remembered, and what was seen of its entries.
struct RememberedRow: Sendable {
  /// What was seen of the entries of a row.
  enum Seen: Sendable {
    /// All are live, and as they were, in directories that are.
    case intact
    /// One for each.
    case each([Sighting])
  }

  let bucket: Bucket
  /// The live directories among the entries, in order.
  let directories: [WalkedDirectory]
  fileprivate(set) var seen = Seen.each([])

  fileprivate init(_ bucket: Bucket, trustsStamps: Bool) {
    self.bucket = bucket
    var directories: [WalkedDirectory] = []
    for position in 0..<bucket.count where bucket.run.kind(at: position) == .directory {
      directories.append(
        WalkedDirectory(
          bucket.run.path(at: position), stamp: trustsStamps ? bucket.stamps[position] : .none))
    }
    self.directories = directories
  }
}

/// Rows in key order that are looked at together.
final class RememberedPage: @unchecked Sendable {
  // SAFETY: `phase` is touched under the walk's monitor alone, and `rows`, from the time on when the
  // page is added to the walk, by the thread that took it, until it has been looked at.
  enum Phase {
    case waiting
    case taken
    case looked
  }

  private(set) var rows: [RememberedRow]
  /// The live directories around the first entry, the outermost first.
  private let above: [WalkedDirectory]
  /// The live directories among the entries of all rows, in order.
  private let directories: [WalkedDirectory]
  var phase = Phase.waiting

  /// Puts together a page, which comes behind `former`; the stamps of directories count for nothing
  /// unless `trustsStamps`.
  init(_ buckets: [Bucket], behind former: RememberedPage?, trustsStamps: Bool) {
    rows = buckets.map { RememberedRow($0, trustsStamps: trustsStamps) }
    directories = rows.flatMap(\.directories)
    let first = buckets.first?.run.path(at: 0) ?? .root
    let candidates = former.map { $0.above + $0.directories } ?? []
    above = candidates.filter { first.isBelow($0.path) }
  }

  /// Looks at the entries whose directories are as they were; returns the directories that are
  /// not, which have to be listed.
  func look(in walk: Walk) -> [WalkedDirectory] {
    var lookout = DirectoryLookout(walk)
    for directory in above { lookout.begin(in: directory) }
    var sightings: [Sighting] = []
    for index in rows.indices {
      sightings.removeAll(keepingCapacity: true)
      let isIntact = Self.look(at: rows[index], by: &lookout, &sightings)
      rows[index].seen = isIntact ? .intact : .each(sightings)
    }
    return lookout.changed
  }

  /// Adds what is seen of the entries of `row`; returns whether all are as they were.
  private static func look(
    at row: RememberedRow, by lookout: inout DirectoryLookout, _ sightings: inout [Sighting]
  ) -> Bool {
    let run = row.bucket.run
    var isIntact = true
    var directories = row.directories[...]
    for position in 0..<run.count {
      let attributes = run.attributes(at: position)
      guard attributes.isLive else {
        sightings.append(.unlooked)
        isIntact = false
        continue
      }
      let sighting = run.withKey(at: position) {
        lookout.look(at: $0, isDirectory: attributes.kind == .directory)
      }
      sightings.append(sighting)
      if case .status(let status) = sighting {
        isIntact = isIntact && attributes.isUnchanged(status, row.bucket.stamps[position])
      } else {
        isIntact = false
      }
      guard attributes.kind == .directory, let directory = directories.popFirst() else { continue }
      lookout.enter(directory, sighting)
    }
    return isIntact
  }
}
