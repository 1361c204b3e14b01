internal import Index
internal import Reconcile
internal import Replica

/// A comparison as the plan sees it: by the user's first and second replica, not by here and there.
struct PairedDifferences: Differences {
  let comparison: Comparison
  /// Which of the two replicas is at this end.
  let localSide: Side

  func forEach(_ body: (Path, Pair<Entry?>) throws -> Void) throws {
    // With this as a whole in the closure it would be copied for each path.
    let localSide = localSide
    try comparison.forEach { try body($0.path, $0.pair(localSide)) }
  }

  func entries(at path: Path) throws -> Pair<Entry?> {
    if try comparison.isUndisputed(path) {
      let mine = try comparison.difference(at: path).mine?.entry
      return Pair(source: mine, destination: mine)
    }
    return try comparison.difference(at: path).pair(localSide)
  }

  /// Takes note of what a file of the other end is that had not been hashed when both were compared.
  func learn(_ attributes: Attributes, at path: Path) throws {
    guard var entry = try comparison.ledger.theirs(at: path) else { return }
    entry.attributes = attributes
    var run = EntryRun()
    run.append(entry)
    try comparison.ledger.add(theirs: run)
  }
}

extension Difference {
  /// What both replicas have; this end's is that of `mySide`.
  fileprivate func pair(_ mySide: Side) -> Pair<Entry?> {
    switch mySide {
    case .source: Pair(source: mine?.entry, destination: theirs)
    case .destination: Pair(source: theirs, destination: mine?.entry)
    }
  }
}
