package import Replica

/// The paths at which two replicas differ, with what each holds there.
package protocol Differences {
  /// Calls `body` with every path that may differ, in key order; the same each time.
  func forEach(_ body: (Path, Pair<Entry?>) throws -> Void) throws
  /// What both hold at a path, whether it differs or not.
  func entries(at path: Path) throws -> Pair<Entry?>
}

/// What a run does: a pure function of the differences, the rules and the replicas that may be
/// changed.
///
/// It is kept as the few exceptions from what the rules say path by path, and is told by going
/// through the differences again, so that its size is that of the exceptions.
package struct Plan {
  let differences: any Differences
  let rules: Rules
  /// The replicas that may be changed, in the order in which that is done.
  let order: [Side]
  let isUnknown: (Path) -> Bool
  /// Directories that stay or come back because something is to be in them.
  var revived: Set<Path> = []
  /// Directories that are left alone because it is not known what is in them.
  var blocked: Set<Path> = []
  /// Losers of conflicts that are kept, by the path of the copy.
  var copies: [Path: Copy] = [:]
  /// Conflicts whose loser cannot be kept under its name.
  var unkept: Set<Path> = []
  /// What is renamed, at each replica.
  var moves = Pair(source: Moves(), destination: Moves())
  /// How much there is to do.
  package internal(set) var tally = Tally()

  /// Whether anything is renamed.
  var hasMoves: Bool { !moves.source.isEmpty || !moves.destination.isEmpty }

  /// A version that lost a conflict.
  struct Copy {
    let entry: Entry
    /// The path that it lost.
    let origin: Path
    /// The replica that has it there.
    let side: Side
  }

  /// Makes the plan of a run that changes the replicas in `order`, one after the other. What lies
  /// at or below a path for which `isUnknown` is left alone.
  ///
  /// Where one of them has nothing, so that all the other has is to be copied, `copying` says how
  /// much that is, and nothing has to be gone through.
  package init(
    _ differences: any Differences, rules: Rules, order: [Side], copying all: Tally? = nil,
    isUnknown: @escaping (Path) -> Bool
  ) throws {
    self.differences = differences
    self.rules = rules
    self.order = order
    self.isUnknown = isUnknown
    if let all {
      tally = all
      return
    }
    if case .twoWay(let rules) = rules { try surveyTree(rules) }
    tally = try count()
    if try surveyMoves() { tally = try count() }
  }

  /// Calls `body` with every change to `side` but those of its index alone, in the order in which
  /// they can be made: what is created and updated, then what goes, what is in a directory before
  /// it, then what takes the place of directories, and in the end directories are opened to more users.
  /// None if `side` may not be changed.
  package func forEachAction(at side: Side, _ body: (Action) throws -> Void) throws {
    try forEachActionInside(at: side, body)
    try forEachOpening(at: side, body)
  }

  /// As above, but for directories that are opened to more users.
  package func forEachActionInside(at side: Side, _ body: (Action) throws -> Void) throws {
    guard order.contains(side) else { return }
    var late: [Action] = []
    try forEachStep { action in
      guard action.side == side, action.decision != .record, action.decision != .delete,
        !action.opensDirectory
      else { return }
      if action.replacesDirectory { return late.append(action) }
      try body(action)
    }
    if tally.deletionCount[side] > 0 || !moves[side].isEmpty {
      try forEachDeletion(at: side, body)
    }
    for action in late { try body(action) }
  }

  /// Calls `body` with every directory of `side` that is opened to more users, for when what is in it is as
  /// it is to be.
  package func forEachOpening(at side: Side, _ body: (Action) throws -> Void) throws {
    guard tally.openedCount[side] > 0 else { return }
    try forEachStep { action in
      if action.side == side, action.opensDirectory { try body(action) }
    }
  }

  /// Calls `body` with every change to an index alone, of either side.
  package func forEachRecord(_ body: (Action) throws -> Void) throws {
    guard tally.recordCount > 0 else { return }
    try forEachStep { action in
      if action.decision == .record { try body(action) }
    }
  }

  /// Calls `body` with every conflict, and the path of the loser's copy if it is kept.
  package func forEachConflict(_ body: (Path, Resolution.Verdict, Path?) throws -> Void) throws {
    guard tally.conflictCount + tally.unsettledCount > 0 else { return }
    try forEachResolution { path, _, resolution in
      switch resolution.verdict {
      case .conflict, .unsettled:
        let copy = resolution.loser.map { ConflictCopy.entry(of: $0).path }
        try body(path, resolution.verdict, copy)
      case .agreed, .prevails, .extraneous: return
      }
    }
  }

  private func forEachDeletion(at side: Side, _ body: (Action) throws -> Void) throws {
    var directories: [Action] = []
    try forEachStep { action in
      guard action.side == side, action.decision == .delete else { return }
      while let last = directories.last, !action.path.isBelow(last.path) {
        try body(directories.removeLast())
      }
      if action.before?.attributes.kind == .directory {
        directories.append(action)
      } else {
        try body(action)
      }
    }
    while let last = directories.popLast() { try body(last) }
  }

  /// How much there is to do.
  ///
  /// PERF: not mutating, or the plan would be copied for each path: 212,000 take 0.23 s and not
  /// 0.46.
  private func count() throws -> Tally {
    var tally = Tally()
    try forEachResolution { path, entries, resolution in
      switch resolution.verdict {
      case .conflict: tally.conflictCount += 1
      case .unsettled: tally.unsettledCount += 1
      case .extraneous: tally.extraneousCount += 1
      case .agreed, .prevails: break
      }
      for side in Side.allCases where entries.isLive(side.other) && !entries.haveSameContent {
        tally.lackingCount[side] += entries.isLive(side) ? 0 : 1
        tally.unsharedCount[side] += 1
      }
      forEachStep(at: path, entries, resolution) { action in
        tally.count(action, isAllowed: order.contains(action.side), rules)
      }
    }
    return tally
  }
}
