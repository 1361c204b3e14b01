internal import Reconcile
internal import Replica
internal import Session

/// Concurrent versions of a path as a line for people.
struct ConflictLine {
  let conflict: Conflict

  /// What is in conflict, and what becomes of it.
  var text: String {
    let name = Escape.text(conflict.path.slashed)
    guard let winner = conflict.winner else {
      let reason =
        conflict.loserPath.map { ": no version can be kept as \(Escape.text($0.slashed))" } ?? ""
      return "conflict: \(name): changed at both ends; nothing was touched there\(reason)\n"
    }
    let taken = winner == .source ? "first" : "second"
    let other =
      conflict.loserPath.map { "the other is kept as \(Escape.text($0.slashed))" }
      ?? "the other goes"
    return "conflict: \(name): the version of the \(taken) is taken, \(other)\n"
  }

  /// A warning of clocks that are apart.
  static func clockSkew(_ seconds: Double) -> String {
    let amount = Quantity.fixed(abs(seconds), digits: 1)
    let direction = seconds > 0 ? "ahead of" : "behind"
    return "warning: the far end's clock is \(amount) s \(direction) this one: "
      + "which of two concurrent edits is the newer may be decided wrongly\n"
  }
}
