import ArgumentParser
import Foundation
import Merkle
import TestSupport

/// `bench keys`: trees of more keys than there are files on this machine, built and compared in
/// memory, and what they let expect of a billion keys.
struct CompareKeys: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Builds and compares trees of simulated keys.")

  @Option(help: "How many keys the largest tree has; two have a tenth and a hundredth of that.")
  var keys = 100_000_000
  @Option(help: "Buckets hold 2 to this power keys on average.")
  var bucketBits = TreeShape.standard.bucketBits
  @Option(help: "Nodes have 2 to this power children on average.")
  var fanoutBits = TreeShape.standard.fanoutBits

  private static let targetKeyCount = 1_000_000_000

  func validate() throws {
    guard keys >= 100_000, (1...16).contains(bucketBits), (1...16).contains(fanoutBits) else {
      throw ValidationError("100,000 keys at least, and 1 to 16 bits")
    }
  }

  func run() throws {
    let shape = TreeShape(bucketBits: bucketBits, fanoutBits: fanoutBits)
    print("## \(1 << bucketBits) keys a bucket and \(1 << fanoutBits) children a node on average")
    let trials = [keys / 100, keys / 10, keys].map { KeyTrial(keyCount: $0, shape: shape) }
    var costs: [[ComparisonCost]] = []
    for trial in trials {
      costs.append(try trial.costs())
      print(trial.text + KeyTrial.table(costs[costs.count - 1]))
      fflush(nil)
    }
    let model = Extrapolation(
      smaller: Double(trials[1].keyCount), larger: Double(trials[2].keyCount),
      target: Double(Self.targetKeyCount))
    print(expectation(model, trials[1], trials[2]), terminator: "")
    print(KeyTrial.table(zip(costs[1], costs[2]).map { $0.combined(with: $1, model.logarithmic) }))
  }

  private func expectation(
    _ model: Extrapolation, _ small: KeyTrial, _ large: KeyTrial
  ) -> String {
    func expected(_ part: (KeyTrial) -> Double) -> Double {
      model.linear(part(small), part(large))
    }
    let bucketCount = Int(expected { Double($0.base.tree.bucketCount) })
    let seconds = expected(\.buildSeconds).text(digits: 0)
    let memory = expected { Double($0.residentByteCount) / 1e6 }
    return "from that, \(Self.targetKeyCount.grouped) keys in \(bucketCount.grouped) buckets: "
      + "built in \(seconds) s, \(memory.text(digits: 0)) MB\n"
  }
}
