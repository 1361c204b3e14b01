internal import Index
internal import Reconcile
internal import Replica

/// A comparison as the plan sees it: by the user's first and second replica, not by here and there.
struct PairedDifferences: Differences {
  let comparison: Comparison
  /// Which of the two replicas is at this end.
  let localSide: Side

  func forEach(_ body: (Path, Pair<Entry?>) throws -> Void) throws {
    try comparison.forEach { difference in try body(difference.path, pair(difference)) }
  }

  func entries(at path: Path) throws -> Pair<Entry?> {
    if try comparison.isUndisputed(path) {
      let mine = try comparison.difference(at: path).mine?.entry
      return Pair(source: mine, destination: mine)
    }
    return pair(try comparison.difference(at: path))
  }

  private func pair(_ difference: Difference) -> Pair<Entry?> {
    var pair = Pair<Entry?>(source: difference.mine?.entry, destination: difference.mine?.entry)
    pair[localSide.other] = difference.theirs
    return pair
  }
}
