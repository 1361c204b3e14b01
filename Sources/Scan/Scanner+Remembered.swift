internal import FileSystem
internal import Replica

/// What the walk does in directories that are as they were: it goes by what is remembered.
extension Scanner {
  /// Keeps the row that the walk comes to, if all in it is as it was, and nothing in directories that
  /// had to be listed; returns whether it did.
  private mutating func keepIntactRow() throws -> Bool {
    guard merge.hasRow, merge.position == 0, case .intact = merge.seen,
      let innermost = levels.last,
      case .child = placementOfNext(in: innermost.directory.path)
    else { return false }
    let last = merge.bucket.run.path(at: merge.bucket.count - 1)
    for level in levels.reversed() {
      guard level.listed == nil else { return false }
      if last.isBelow(level.directory.path) { break }
    }
    report.scannedCount += merge.bucket.count
    report.foundCount += merge.bucket.count
    report.rememberedCount += merge.bucket.count
    key.removeAll(keepingCapacity: true)
    key.append(contentsOf: last.key)
    while let level = levels.last, !last.isBelow(level.directory.path) { levels.removeLast() }
    for directory in merge.directories where last == directory.path || last.isBelow(directory.path)
    {
      levels.append(Level(directory: directory))
      if last == directory.path { key.append(Path.separator) }
    }
    try closeRow()
    try enterNextRow()
    return true
  }

  /// Goes on in the innermost directory.
  mutating func move() throws -> Move<Step> {
    if try keepIntactRow() { return .on }
    let innermost = levels.count - 1
    if levels[innermost].listed == nil {
      switch try nextRemembered(in: levels[innermost].directory.path) {
      case .name(.unlooked): guard try list(innermost) else { return .behind }
      case .name(let sighting) where sighting.isAbsence:
        guard try list(innermost) else { return .behind }
      case .name(let sighting): return .name(Step(sighting: sighting, directory: nil))
      case .on: return .on
      case .behind: return .behind
      }
    }
    guard let step = levels[innermost].listed?.next(&key) else { return .behind }
    return .name(step)
  }

  /// Comes to the next name in `directory`, of which the next remembered entry is.
  private mutating func nextRemembered(in directory: Path) throws -> Move<Sighting> {
    guard merge.hasRow else { return .behind }
    guard merge.position < merge.bucket.count else {
      try closeRow()
      try enterNextRow()
      return .on
    }
    let placement = placementOfNext(in: directory)
    if placement == .outside { return .behind }
    if merge.bucket.run.kind(at: merge.position) == .tombstone || isNextOutOfView {
      try passOverNext()
      return .on
    }
    if placement == .deeper, merge.bucket.run.withKey(at: merge.position, { $0.isBelow(key.span) })
    {
      // The walk is at what was its directory, and is one no more.
      try passOverNext()
      return .on
    }
    key.removeAll(keepingCapacity: true)
    merge.bucket.run.withKey(at: merge.position) { key.append(span: $0) }
    if placement == .deeper {
      // No directory around it is remembered, and only a listing can tell what that means.
      let nameStart = directory.key.count + 1
      let end = key[nameStart...].firstIndex(of: Path.separator) ?? key.endIndex
      key.removeLast(key.count - end)
      return .name(.unlooked)
    }
    // An intact row would have been kept, had the walk not seen one of its directories change.
    guard case .each(let sightings) = merge.seen else { return .name(.unlooked) }
    let sighting = sightings[merge.position]
    // What is left out as what it is now, and was not as what is remembered, has changed its kind.
    return .name(isLeftOut(sighting) ? .unlooked : sighting)
  }

  /// Passes over the rest of what is remembered in `directory`, which was listed.
  mutating func passOverRest(of directory: Path) throws {
    while merge.hasRow {
      while merge.position < merge.bucket.count {
        guard placementOfNext(in: directory) != .outside else { return }
        try passOverNext()
      }
      try closeRow()
      try enterNextRow()
    }
  }

  private func placementOfNext(in directory: Path) -> Placement {
    merge.bucket.run.withKey(at: merge.position) { $0.placement(in: directory) }
  }

  /// Lists a directory that has changed after all, to go on from the path that the walk is at; returns
  /// false if it cannot be listed.
  private mutating func list(_ level: Int) throws -> Bool {
    let directory = levels[level].directory
    report.doubt(directory.path)
    do {
      let listing = try walk.listing(of: directory, using: &scratch)
      var listed = ListedLevel(listing, prefixCount: directory.path.key.count + 1)
      listed.skip(before: key.span)
      levels[level].listed = listed
      return true
    } catch {
      unknownSubtree(directory.path, error.readingProblem, error.code)
      return false
    }
  }
}
