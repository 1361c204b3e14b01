internal import Session

/// What `--timeout` says.
enum SilenceLimit {
  /// The least, in seconds: twice what an end waits before it says that it is there.
  private static let minimumSeconds = 10

  /// How long the other end may say nothing, in seconds; nil for ever.
  static func read(_ seconds: Int?) throws(Failure) -> Int? {
    let seconds = seconds ?? RunOptions.defaultSilenceLimitSeconds
    guard seconds == 0 || minimumSeconds...31_536_000 ~= seconds else {
      throw .usage(
        "--timeout needs a number of seconds, from \(minimumSeconds) to a year of them, or 0")
    }
    return seconds == 0 ? nil : seconds
  }
}
