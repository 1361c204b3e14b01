internal import FileSystem
internal import Merkle
internal import Reconcile
internal import Replica

/// A comparison of content that changes neither end.
enum DiffRun {
  /// Compares the replica at `a`, which is local, with that at `b`; with `isSwapped`, what the
  /// user calls the first is `b`.
  static func run(
    _ a: [UInt8], _ b: Location, isSwapped: Bool, _ options: RunOptions,
    report: (Event) -> Void
  ) throws(SessionError) -> Summary {
    let start = monotonicNanoseconds()
    try RootGuard.checkState(options, a, b)
    var options = options
    options.isDryRun = true
    let encounter = try Encounter(
      local: a, with: b, role: .compared, makesRoot: nil, localSide: .source, options
    ) {
      count, bytes in
      report(.progress(Progress(scanned: count, bytes)))
    }
    var summary = Summary()
    do {
      for problem in encounter.local.problems + encounter.theirProblems {
        summary.count(problem)
        report(.problem(problem))
      }
      let (mine, theirs) = (encounter.local.problems, encounter.theirProblems)
      for path in Set(mine.specialPaths).symmetricDifference(theirs.specialPaths) {
        // What is remembered of the path hides that nothing is there.
        if try encounter.local.entry(at: path)?.entry.attributes.isLive ?? false {
          summary.hidesDifference = true
        }
      }
      // PERF: the tree over modes and times is made for this; nothing need be of ends that are the same.
      let isSame = encounter.ready.stateRoot == encounter.local.view.state.root
      let comparison = try Comparison(encounter, isSame ? .content : .attributes) { _ in }
      try comparison.forEach { difference in
        let (mine, theirs) = (difference.mine?.entry.attributes, difference.theirs?.attributes)
        let (first, second) = isSwapped ? (theirs, mine) : (mine, theirs)
        guard let item = Item(comparing: first, with: second, at: difference.path) else { return }
        summary.count(item)
        report(.item(item))
      }
      encounter.peer.close()
      summary.take(encounter, comparison)
      summary.seconds = Double(monotonicNanoseconds() - start) / 1e9
      return summary
    } catch {
      encounter.peer.abandon()
      throw SessionError(error)
    }
  }
}

extension Item {
  /// How what the first has at a path differs from what the second has there.
  fileprivate init?(comparing first: Attributes?, with second: Attributes?, at path: Path) {
    switch (first, second) {
    case (nil, nil): return nil
    case (nil, let second):
      self.init(
        action: .delete, path: path, side: .destination, before: second, after: nil)
    case (let first?, nil):
      self.init(
        action: Action(making: first.kind), path: path, side: .destination, before: nil,
        after: first)
    case (let first?, let second?):
      if first == second { return nil }
      self.init(
        action: first.hasSameContent(as: second) ? .metadata : .update, path: path,
        side: .destination, before: second, after: first)
    }
  }
}
