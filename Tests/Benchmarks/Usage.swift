import TestSupport

/// What a program took from its start to its end, its children included.
struct Usage: Equatable {
  /// The time that went by.
  var wallSeconds: Double
  /// The time of processors, in user and system mode.
  var processorSeconds: Double
  /// The most memory that it held at once, or one of its children did.
  var peakResidentByteCount: Int

  init(wallSeconds: Double, processorSeconds: Double, peakResidentByteCount: Int) {
    self.wallSeconds = wallSeconds
    self.processorSeconds = processorSeconds
    self.peakResidentByteCount = peakResidentByteCount
  }

  /// Reads the line that ``line`` makes, or nil if it is none.
  init?(line: String) {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard words.count == 3, let wall = Double(words[0]), let processor = Double(words[1]),
      let resident = Int(words[2])
    else { return nil }
    self.init(
      wallSeconds: wall, processorSeconds: processor, peakResidentByteCount: resident)
  }

  /// Adds what another run took after or before this one.
  static func += (left: inout Usage, right: Usage) {
    left.wallSeconds += right.wallSeconds
    left.processorSeconds += right.processorSeconds
    left.peakResidentByteCount = max(left.peakResidentByteCount, right.peakResidentByteCount)
  }

  /// The three numbers, for a file.
  var line: String { "\(wallSeconds) \(processorSeconds) \(peakResidentByteCount)\n" }
}
