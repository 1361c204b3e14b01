package import Replica
import TestSupport

/// A course of events, drawn from a seed or written down.
package struct History: Sendable, CustomStringConvertible {
  /// How many replicas there are.
  package var replicaCount: Int
  /// How coarse the stamps are, in nanoseconds.
  package var granularity: Int64
  /// What happens.
  package var operations: [Operation]

  /// Writes a history down.
  package init(replicaCount: Int, granularity: Int64 = 1, _ operations: [Operation]) {
    self.replicaCount = replicaCount
    self.granularity = granularity
    self.operations = operations
  }

  /// Draws a history.
  package init(seed: UInt64) {
    var random = SplitMix(seed: seed)
    replicaCount = [2, 2, 2, 3, 3, 4, 5].randomElement(using: &random) ?? 2
    granularity = [1, 1_000_000_000, 2_000_000_000].randomElement(using: &random) ?? 1
    let pathCount = Int.random(in: 3...Self.paths.count, using: &random)
    let count = Int.random(in: 4...20, using: &random)
    operations = []
    for _ in 0..<count {
      operations.append(Self.draw(replicaCount, pathCount, using: &random))
    }
  }

  /// The paths of all histories: few, so that they meet; two of them one text in two forms.
  package static let paths: [Path] =
    ["a", "b", "a/a", "a/b", "b/a", "a/a/a", "caf\u{e9}", "cafe\u{301}", "b/a/b", "a/b/a"]
    .map { Path(uncheckedKey: $0.utf8.map { $0 == UInt8(ascii: "/") ? 0 : $0 }) }

  private static func draw(
    _ replicaCount: Int, _ pathCount: Int, using random: inout SplitMix
  ) -> Operation {
    let replica = Int.random(in: 0..<replicaCount, using: &random)
    let other = (replica + Int.random(in: 1..<replicaCount, using: &random)) % replicaCount
    let path = Int.random(in: 0..<pathCount, using: &random)
    let second = Int.random(in: 0..<pathCount, using: &random)
    switch Int.random(in: 0..<100, using: &random) {
    case ..<20:
      return .write(replica: replica, path: path, size: Int.random(in: 0...2, using: &random))
    case ..<23: return .writeSame(replica: replica, other: other, path: path)
    case ..<25: return .link(replica: replica, path: path)
    case ..<29: return .makeDirectory(replica: replica, path: path)
    case ..<38: return .remove(replica: replica, path: path)
    case ..<45: return .rename(replica: replica, path: path, to: second)
    case ..<47: return .swap(replica: replica, path: path, with: second)
    case ..<49: return .touch(replica: replica, path: path)
    case ..<51: return .changeMode(replica: replica, path: path)
    case ..<53:
      return .jump(replica: replica, seconds: Int.random(in: -9...9, using: &random))
    case ..<54: return .year
    case ..<56: return .toggleReadable(replica: replica, path: path)
    case ..<57: return .loseState(replica: replica)
    case ..<59: return .snapshot(replica: replica)
    case ..<61: return .setBack(replica: replica, withTree: Bool.random(using: &random))
    case ..<62: return .clone(replica: replica, of: other)
    case ..<64: return .look(replica: replica)
    default:
      return .sync(
        replica: replica, with: other,
        direction: [0, 0, 0, 0, 1, 2].randomElement(using: &random) ?? 0,
        fault: drawFault(using: &random))
    }
  }

  private static func drawFault(using random: inout SplitMix) -> Operation.Fault {
    let count = Int.random(in: 1...6, using: &random)
    return switch Int.random(in: 0..<12, using: &random) {
    case 0: .cut(count)
    case 1: .crash(count)
    case 2: .fail(count)
    case 3: .race(count)
    default: .none
    }
  }

  /// The history as it is written in a test.
  package var description: String {
    let lines = operations.map { "    .\($0)".replacing("Simulation.Operation.", with: ".") }
      .map { $0.replacing("Fault.", with: "") }
    return "History(replicaCount: \(replicaCount), granularity: \(granularity), [\n"
      + lines.joined(separator: ",\n") + ",\n])"
  }

  /// The shortest history that is found to fail in the same way, by leaving operations out.
  package func shrunk(failing isFailing: (History) -> Bool) -> History {
    var shortest = self
    var isShorter = true
    while isShorter {
      isShorter = false
      for index in shortest.operations.indices.reversed() {
        var shorter = shortest
        shorter.operations.remove(at: index)
        guard isFailing(shorter) else { continue }
        shortest = shorter
        isShorter = true
      }
    }
    return shortest
  }
}
