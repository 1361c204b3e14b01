import Foundation
import Simulation

/// `simulate [--random] [COUNT] [SEED]`: checks every small history, unless only random ones are
/// wanted, and COUNT random ones from SEED on, on all processors.
let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
let count = arguments.first ?? 200_000
let firstSeed = arguments.dropFirst().first ?? 1

let small = {
  var histories: [History] = []
  History.forEachSmall { histories.append($0) }
  return histories
}()
if !CommandLine.arguments.contains("--random") {
  check("small histories", count: UInt64(small.count)) { small[Int($0)] }
}
check("random histories from seed \(firstSeed)", count: count) { History(seed: firstSeed + $0) }

/// Checks so many histories; ends the program at the first that fails, the shortest it comes to.
func check(
  _ what: String, count: UInt64, _ history: @escaping @Sendable (UInt64) -> History
) {
  let start = Date()
  let sweep = Sweep(count: count, history)
  sweep.run()
  guard let (number, error) = sweep.failure else {
    return print("\(count) \(what): every property holds, \(Int(-start.timeIntervalSinceNow)) s")
  }
  print("number \(number) of the \(what): \(error)")
  let shortest = history(number).shrunk { shorter in
    do {
      try World.check(shorter)
      return false
    } catch let other as Violation {
      return other.property == error.property
    } catch {
      return false
    }
  }
  print(shortest)
  // What it does, line by line, to the failure.
  try? World.check(shortest, isTraced: true)
  exit(1)
}
