import Reconcile
import Replica

extension World {
  /// One line on each thing that a run does, if they are wanted.
  func trace(_ line: @autoclosure () -> String) {
    if isTraced { print(line()) }
  }
}

extension Action {
  /// The action as one line.
  func line(at replica: Int) -> String {
    let text: (Entry?) -> String = { entry in
      guard let entry else { return "-" }
      let counters = entry.vector.counters.map { "\($0.replica.description.prefix(3)):\($0.value)" }
      let dots = entry.vector.dots.map { "\($0.replica.description.prefix(3)):\($0.value)" }
      return
        "\(entry.attributes.kind) \(entry.attributes.size) {\(counters.joined(separator: " "))}@\(dots.joined(separator: " "))"
    }
    let name = String(decoding: path.slashed, as: UTF8.self)
    return "\(replica): \(decision) \(name): \(text(before)) -> \(text(after))"
  }
}
