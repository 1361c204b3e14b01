/// How many bytes a relay has passed on.
struct RelayedBytes: Equatable {
  let sent: Int
  let received: Int

  init(sent: Int, received: Int) {
    self.sent = sent
    self.received = received
  }

  /// Reads the line that ``line`` makes, or nil if it is none.
  init?(line: String) {
    let numbers = line.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    guard numbers.count == 2 else { return nil }
    self.init(sent: numbers[0], received: numbers[1])
  }

  /// Both numbers, for a file.
  var line: String { "\(sent) \(received)\n" }
}
