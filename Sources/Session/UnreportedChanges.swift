internal import Reconcile
internal import Replica
internal import Wire

/// How much has been sent that the other end may report on: it tells of nothing else, and of
/// nothing twice.
struct UnreportedChanges {
  private var pathByteCount = 0
  private var contentByteCount: Int64 = 0

  /// Adds a change.
  mutating func add(_ action: Reconcile.Action) {
    pathByteCount += action.path.key.count
    contentByteCount = contentByteCount.saturatingSum(with: action.after.attributes.size)
  }

  /// Subtracts what is reported, or throws if it is too much.
  mutating func take(_ outcomes: Outcomes) throws(Malformed) {
    contentByteCount -= outcomes.matchedByteCount
    for problem in outcomes.problems { pathByteCount -= max(1, problem.path.key.count) }
    guard contentByteCount >= 0, pathByteCount >= 0 else { throw .count }
  }
}
