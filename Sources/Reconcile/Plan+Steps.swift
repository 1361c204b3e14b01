internal import Replica

extension Plan {
  /// Calls `body` with every change to either replica, as the rules and the exceptions from them
  /// say, in key order; a conflict copy comes right before the path that it is of.
  func forEachStep(_ body: (Action) throws -> Void) throws {
    try forEachResolution { path, entries, resolution in
      try forEachStep(at: path, entries, resolution, body)
    }
  }

  /// Calls `body` with every change that a resolution comes to.
  func forEachStep(
    at path: Path, _ entries: Pair<Entry?>, _ resolution: Resolution,
    _ body: (Action) throws -> Void
  ) rethrows {
    guard let result = resolution.result else { return }
    // What holds both entries is made only where there is something to do.
    let decisions = Pair(
      source: Decision.turning(entries.source, into: result),
      destination: Decision.turning(entries.destination, into: result))
    for side in Side.allCases {
      guard let decision = decisions[side] else { continue }
      var action = Action(decision, at: side, before: entries[side], after: result)
      action.isUntold = entries[side.other] == nil
      if let copy = copies[path] { describe(&action, copy, entries) }
      action.conflictCopy = resolution.loser.map { ConflictCopy.entry(of: $0).path }
      if hasMoves { moves[side].describe(&action) }
      try body(action)
    }
  }

  /// Calls `body` with what every path comes to that differs, or that is to hold a conflict copy.
  func forEachResolution(_ body: (Path, Pair<Entry?>, Resolution) throws -> Void) throws {
    try differences.forEach { path, entries in
      guard !entries.areSame, copies[path] == nil, !isUnknown(path), !blocked.contains(path),
        !isBelowUnkept(path)
      else { return }
      let resolution = resolution(at: path, entries)
      if resolution.verdict != .unsettled, let loser = resolution.loser {
        let copy = ConflictCopy.entry(of: loser)
        let beside = try differences.entries(at: copy.path)
        if let kept = keep(copy, over: beside) { try body(copy.path, beside, kept) }
      }
      try body(path, entries, resolution)
    }
  }

  /// Whether a path is in a directory that gets no place, since what is there cannot be kept.
  private func isBelowUnkept(_ path: Path) -> Bool {
    guard !unkept.isEmpty else { return false }
    var above = path
    while above != .root {
      above = above.parent
      if unkept.contains(above) { return true }
    }
    return false
  }

  /// What a path comes to. The loser of a conflict that is unsettled is the one that cannot be kept.
  func resolution(at path: Path, _ entries: Pair<Entry?>) -> Resolution {
    let resolution: Resolution
    if revived.contains(path), case .twoWay(let rules) = rules {
      resolution = rules.revive(source: entries.source, destination: entries.destination)
    } else {
      resolution = rules.resolve(source: entries.source, destination: entries.destination)
    }
    if unkept.contains(path) { return Resolution(.unsettled, nil, loser: resolution.loser) }
    let counterCount = resolution.result?.vector.counterCount ?? 0
    return counterCount > VersionVector.maximumTakenCount ? Resolution(.unsettled, nil) : resolution
  }

  /// What the path of a conflict copy comes to, at which the replicas hold `entries`; nil if
  /// something else is there, or too many have changed it.
  ///
  /// Whatever the versions there have seen: they are of another path, and in one epoch a user can
  /// have written at both. So other content is never replaced, and what was deleted comes back.
  func keep(_ copy: Entry, over entries: Pair<Entry?>) -> Resolution? {
    var result = copy
    if entries.source != nil || entries.destination != nil {
      let rules = TwoWay(policy: .keepBoth)
      let there = rules.resolve(source: entries.source, destination: entries.destination)
      guard let known = there.result, there.loser == nil else { return nil }
      if known.attributes.isLive {
        guard known.attributes.hasSameContent(as: copy.attributes),
          let same = rules.resolve(source: known, destination: copy).result
        else { return nil }
        result = same
      } else {
        result = copy.with(copy.vector.joined(with: known.vector))
      }
    }
    guard result.vector.counterCount <= VersionVector.maximumTakenCount else { return nil }
    return Resolution(.agreed, result)
  }

  /// Says where the content of a conflict copy comes from: the path that lost, as long as it is
  /// there.
  private func describe(_ action: inout Action, _ copy: Copy, _ entries: Pair<Entry?>) {
    guard action.after.attributes.hasSameContent(as: copy.entry.attributes),
      !(entries[copy.side]?.attributes.hasSameContent(as: copy.entry.attributes) ?? false)
    else { return }
    if action.side == copy.side {
      action.copiedFrom = copy.origin
    } else if order.first != copy.side {
      action.keptElsewhere = copy.origin
    }
  }
}

extension Pair<Entry?> {
  /// Whether both hold the same at a path, in the same version. Compared as they are, the entries
  /// would be copied.
  fileprivate var areSame: Bool {
    source?.attributes == destination?.attributes && source?.vector == destination?.vector
  }
}
