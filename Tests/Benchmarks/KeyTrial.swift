import FileSystem
import Foundation
import Merkle
import TestSupport

/// What a tree of so many keys takes, and what it costs to find differences from it.
struct KeyTrial {
  /// How often each difference is drawn: what one key costs depends on where it is.
  static let drawCount = 8

  let base: KeyHolder
  let buildSeconds: Double
  /// How much more the process holds with the tree than without it. The trees that are to be
  /// measured are built before any is compared, which leaves memory behind that is used again.
  let residentByteCount: Int

  var keyCount: Int { base.space.count }

  /// Builds a tree.
  init(keyCount: Int, shape: TreeShape) {
    let before = Self.residentByteCount()
    let start = monotonicNanoseconds()
    base = KeyHolder(KeySpace(count: keyCount), shape: shape)
    buildSeconds = Double(monotonicNanoseconds() - start) / 1e9
    residentByteCount = Self.residentByteCount() - before
  }

  /// Compares the tree with ones in which keys differ: a cost for each of ``KeyDifference/all``.
  func costs() throws -> [ComparisonCost] {
    try KeyDifference.all.map { try Self.cost(of: $0, in: base) }
  }

  /// Compares an end with what it is after edits.
  private static func cost(of difference: KeyDifference, in base: KeyHolder) throws
    -> ComparisonCost
  {
    var random = SplitMix(seed: 99)
    var sum = ComparisonCost()
    for _ in 0..<drawCount {
      let numbers = difference.numbers(base.space.count, &random)
      let (other, seconds) = try base.edited(numbers)
      sum.updateSeconds += seconds
      let meeting = try Meeting(other, base)
      let found = Set(meeting.mine.keys).union(meeting.theirs.keys)
      guard numbers.allSatisfy({ found.contains(other.space.path(of: $0)) }) else {
        throw ComparisonFailure(what: "a difference is not found")
      }
      sum.sentByteCount += Double(meeting.sentByteCount)
      sum.receivedByteCount += Double(meeting.receivedByteCount)
      sum.roundTripCount += Double(meeting.roundTripCount)
      sum.needlessCount += Double(found.count - numbers.count)
    }
    return sum.mapped { $0 / Double(drawCount) }
  }

  /// The memory of this process at the moment (`proc_pid_statm(5)`), in bytes; 0 if the system does
  /// not tell.
  private static func residentByteCount() -> Int {
    let words = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
      .split(separator: " ")
    guard let words, words.count > 1, let pageCount = Int(words[1]) else { return 0 }
    return pageCount * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
