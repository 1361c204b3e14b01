internal import FileSystem
internal import Replica

extension Scanner {
  /// Goes through the tree in key order and merges what it comes upon.
  mutating func run() throws {
    try enterNextRow()
    let root = WalkedDirectory(.root, isNew: !merge.hasRow)
    let top = try walk.listing(of: root, using: &scratch)
    levels.append(Level(directory: root, listed: ListedLevel(top, prefixCount: 0)))
    var toldCount = 0
    while !levels.isEmpty {
      switch try move() {
      case .on: break
      case .name(let step):
        report.scannedCount += 1
        try take(step)
      case .behind: try leave()
      }
      if report.scannedCount - toldCount >= 256 {
        toldCount = report.scannedCount
        try tellProgress()
      }
    }
    try passOverRest()
    try flushLoose()
    while !underWay.isEmpty { try settle() }
    // A file that could not be hashed is known later than what comes after it.
    report.unknown.sort()
    try tellProgress()
  }

  /// Leaves the innermost directory.
  private mutating func leave() throws {
    let level = levels.removeLast()
    if level.listed != nil, !levels.isEmpty { try passOverRest(of: level.directory.path) }
  }

  /// Merges the path that the walk is at, and goes into it if it is a directory.
  private mutating func take(_ step: Step) throws {
    if isLeftOut(step.sighting) { return }
    let isRemembered = try passOver()
    let entered = try enter(step, isRemembered: isRemembered)
    try visit(step.sighting, isRemembered: isRemembered, stamp: entered?.stamp ?? .none)
    guard let entered else { return }
    levels.append(entered.level)
    key.append(Path.separator)
  }

  /// Whether a rule leaves out the path that the walk is at: of one that could not be looked at, whatever
  /// it is, since one that is unknown must not be taken for deleted.
  func isLeftOut(_ sighting: Sighting) -> Bool {
    guard !options.filter.isEmpty else { return false }
    if case .failed = sighting {
      return options.filter.excludes(key.span, isDirectory: true)
        && options.filter.excludes(key.span, isDirectory: false)
    }
    return options.filter.excludes(key.span, isDirectory: sighting.isDirectory)
  }

  /// Where the walk begins in the directory that it is at, and what that is to be remembered by; nil
  /// for anything that it does not go into.
  private mutating func enter(
    _ step: Step, isRemembered: Bool
  ) throws -> (level: Level, stamp: Stamp)? {
    guard case .status(let status) = step.sighting, walk.isWithin(status) else { return nil }
    let remembered = isRemembered ? rememberedDirectory() : nil
    if let remembered, walk.isUnchanged(status, since: remembered.stamp) {
      return (Level(directory: remembered), remembered.stamp)
    }
    let directory = remembered ?? step.directory ?? WalkedDirectory(path, isNew: true)
    do {
      let listing = try walk.listing(of: directory, using: &scratch)
      let listed = ListedLevel(listing, prefixCount: key.count + 1)
      return (Level(directory: directory, listed: listed), listing.stamp)
    } catch {
      unknownSubtree(path, error.readingProblem, error.code)
      return nil
    }
  }

  /// The directory that the walk is at, as it is remembered.
  private mutating func rememberedDirectory() -> WalkedDirectory? {
    while let next = merge.directories.first {
      let path = next.path
      switch path.key.span.order(relativeTo: key.span) {
      case .before: merge.directories.removeFirst()
      case .same: return next
      case .after: return nil
      }
    }
    return nil
  }
}
