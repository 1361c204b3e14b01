import Hashing
import Merkle
import Replica
import TestSupport

/// Entries that are never all there: each is made from its number when it is asked for.
///
/// Their keys are paths of four names, 46 files a directory, in the order of their numbers.
struct KeySpace: Sendable {
  private static let filesPerDirectory = 46
  /// Where the digits of each number are, and how many.
  private static let template = Array(
    "division-00000\0project-000\0module-00\0report-2023-00.csv".utf8)
  private static let vector = VersionVector(ReplicaID(rawValue: 0x5eed))
  private static let editedVector = vector.raised(by: ReplicaID(rawValue: 0xed17), in: 0)

  /// How many entries there are.
  let count: Int
  /// The numbers of entries that differ from those of the plain space, ascending.
  var edited: [Int] = []

  /// Appends the entries with these numbers to `run`.
  func append(_ numbers: Range<Int>, to run: inout EntryRun) {
    var key = Self.template
    var nextEdit = edited.firstIndex { $0 >= numbers.lowerBound } ?? edited.endIndex
    for number in numbers {
      let directory = number / Self.filesPerDirectory
      key.write(directory / 100_000, digitCount: 5, endingAt: 14)
      key.write(directory / 100 % 1_000, digitCount: 3, endingAt: 26)
      key.write(directory % 100, digitCount: 2, endingAt: 36)
      key.write(number % Self.filesPerDirectory, digitCount: 2, endingAt: 51)
      let isEdited = nextEdit < edited.endIndex && edited[nextEdit] == number
      if isEdited { nextEdit += 1 }
      run.append(
        key: key.span, attributes: Self.attributes(of: number, isEdited: isEdited),
        vector: isEdited ? Self.editedVector : Self.vector)
    }
  }

  /// The path of one entry.
  func path(of number: Int) -> Path {
    var run = EntryRun()
    append(number..<(number + 1), to: &run)
    return run.path(at: 0)
  }

  private static func attributes(of number: Int, isEdited: Bool) -> Attributes {
    var random = SplitMix(seed: UInt64(number) << 1 | (isEdited ? 1 : 0))
    let words: [4 of UInt64] = [random.next(), random.next(), random.next(), random.next()]
    let size = random.next()
    return .file(
      mode: 0o644, size: Int64(size >> (44 + size % 16)),
      modified: 1_600_000_000_000_000_000 + Int64(random.next() >> 7),
      digest: Digest(words.span.bytes))
  }
}

extension [UInt8] {
  /// Writes a number in decimal digits, the last right before the index `end`.
  fileprivate mutating func write(_ number: Int, digitCount: Int, endingAt end: Int) {
    var rest = number
    for index in stride(from: end - 1, through: end - digitCount, by: -1) {
      self[index] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
  }
}
