import TestSupport

/// Some keys that differ, as a random number has it.
struct KeyDifference {
  let name: String
  let numbers: (_ count: Int, _ random: inout SplitMix) -> [Int]

  static var all: [KeyDifference] {
    [
      KeyDifference(name: "none") { _, _ in [] },
      KeyDifference(name: "1") { scattered(1, of: $0, using: &$1) },
      KeyDifference(name: "10 scattered") { scattered(10, of: $0, using: &$1) },
      KeyDifference(name: "1,000 scattered") { scattered(1_000, of: $0, using: &$1) },
      KeyDifference(name: "1,000 adjacent") { count, random in
        let first = random.below(max(1, count - 1_000))
        return Array(first..<min(first + 1_000, count))
      },
    ]
  }

  private static func scattered(
    _ changedCount: Int, of count: Int, using random: inout SplitMix
  ) -> [Int] {
    var numbers: Set<Int> = []
    while numbers.count < changedCount { numbers.insert(random.below(count)) }
    return numbers.sorted()
  }
}
