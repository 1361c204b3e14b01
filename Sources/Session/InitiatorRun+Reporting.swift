internal import Reconcile
internal import Replica
internal import Wire

extension InitiatorRun {
  /// Reports one change and counts it.
  func announce(_ action: Action) {
    guard let item = Item(action) else { return }
    summary.count(item)
    report(.item(item))
  }

  /// Reports what cannot be brought about because something that is no entry has its name.
  func noteBlocked(in differences: PairedDifferences) throws {
    var mounted = Pair<Set<Path>>(source: [], destination: [])
    var special = mounted
    for side in Side.allCases {
      let problems = side == localSide ? local.problems : encounter.theirProblems
      mounted[side] = Set(problems.lazy.filter { $0.code == .mounted }.map(\.path))
      special[side] = Set(problems.specialPaths)
    }
    for side in Side.allCases {
      // What is remembered of the path is no difference, and yet is not there.
      for path in special[side].subtracting(special[side.other]).sorted() {
        try Interruption.check()
        let other = try differences.entries(at: path)[side.other]
        guard other?.attributes.isLive ?? false else { continue }
        summary.hidesDifference = true
        if order.contains(side) { note(Problem(path: path, code: .inTheWay)) }
      }
    }
    for path in try differences.comparison.hiddenPaths() {
      summary.hidesDifference = true
      if order.contains(localSide) { note(Problem(path: path, code: .inTheWay)) }
    }
    guard order.contains(where: { !mounted[$0].isEmpty }) else { return }
    try differences.forEach { path, entries in
      for side in order where mounted[side].contains(path) {
        guard entries[side.other]?.attributes.isLive ?? false else { continue }
        note(Problem(path: path, code: .inTheWay))
      }
    }
  }

  /// Takes back what was counted of changes that have failed.
  func discountFailures(of plan: Plan) throws {
    guard !failed.isEmpty else { return }
    for side in order {
      try plan.forEachAction(at: side) { action in
        if failed.contains(action.path), let item = Item(action) { summary.count(item, times: -1) }
      }
    }
  }

  /// Reports what is concurrent, and what becomes of it.
  func announceConflicts(of plan: Plan) throws {
    try plan.forEachConflict { path, verdict, copy in
      var winner: Side?
      if case .conflict(let side) = verdict { winner = side }
      report(.conflict(Conflict(path: path, winner: winner, loserPath: copy)))
    }
  }

  /// Reports a problem and counts it.
  func note(_ problem: Problem) {
    summary.count(problem)
    report(.problem(problem))
  }

  /// Reports that a change failed.
  func fail(_ problem: Problem) {
    failed.insert(problem.path)
    if problem.isFailure { undone.insert(problem.path) }
    note(problem)
  }

  /// Takes over what became of changes that were made at this end.
  func takeOutcomes(of destination: Destination) {
    take(destination.takeOutcomes())
  }

  /// Takes over what became of changes that were made at the other end.
  func takeOutcomes(_ frame: Frame) throws {
    guard frame.kind == .outcomes else { throw Malformed.kind }
    let outcomes = try Outcomes(payload: frame.payload)
    try unreported.take(outcomes)
    take(outcomes)
    for problem in outcomes.problems where problem.code == .mismatch {
      // What has been learnt of it is doubted, too.
      try local.recordLearnt()
      try local.doubt(problem.path)
    }
  }

  private func take(_ outcomes: Outcomes) {
    summary.matchedByteCount = summary.matchedByteCount.saturatingSum(
      with: outcomes.matchedByteCount)
    for problem in outcomes.problems {
      if problem.code == .mismatch, copies.remove(problem.path) != nil {
        uncopied.insert(problem.path)
      } else {
        fail(problem)
      }
    }
  }
}

extension [Problem] {
  /// Where there is something that is no entry.
  var specialPaths: [Path] { filter { $0.code == .special }.map(\.path) }
}

extension Item {
  /// The change as a user sees it; nil for what is told with another.
  init?(_ action: Reconcile.Action) {
    let kind: Action
    switch action.decision {
    case .record: return nil
    case .delete:
      if action.isMovedAway { return nil }
      kind = .delete
    case .metadata: kind = .metadata
    case .update: kind = .update
    case .create where action.movedFrom != nil: kind = .move
    case .create: kind = Item.Action(making: action.after.attributes.kind)
    }
    let before = action.before?.attributes
    self.init(
      action: kind, path: action.path, side: action.side,
      before: before?.isLive ?? false ? before : nil,
      after: kind == .delete ? nil : action.after.attributes, from: action.movedFrom)
  }
}
