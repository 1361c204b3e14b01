internal import FileSystem

/// For how long nothing has come from the other end, which says now and then that it is there.
///
/// While this process is stopped, as by Ctrl-Z, it could hear nothing: that does not count.
struct Silence {
  /// After how much time in which it has sent nothing an end sends a heartbeat, in nanoseconds.
  static let heartbeatInterval: Int64 = 5_000_000_000

  /// The most that counts between two looks, of which there are ten a second, in nanoseconds.
  private static let stepNanoseconds: Int64 = 1_000_000_000

  private let limit: Int64
  private var heardCount = -1
  private var last: Int64 = 0
  private var length: Int64 = 0

  /// Begins to listen; a silence of `limit` nanoseconds is too long.
  init(limit: Int64) {
    self.limit = limit
  }

  /// What is too long, in seconds.
  var limitSeconds: Int { Int(limit / 1_000_000_000) }

  /// Takes note that by `now` something has come `count` times, and returns whether the silence has
  /// been too long.
  mutating func isTooLong(heard count: Int, at now: Int64) -> Bool {
    if count == heardCount {
      length += min(now - last, Self.stepNanoseconds)
    } else {
      heardCount = count
      length = 0
    }
    last = now
    return length >= limit
  }
}
