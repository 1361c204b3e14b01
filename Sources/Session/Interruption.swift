internal import Synchronization

/// The user's wish to stop, set by a signal and looked at wherever a run could stop.
enum Interruption {
  private static let requested = Atomic(false)

  /// Whether the run is to stop.
  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Asks the run to stop; safe in a signal handler.
  static func request() { requested.store(true, ordering: .relaxed) }

  /// Throws if the run is to stop.
  static func check() throws(SessionError) {
    if isRequested { throw .interrupted }
  }
}
