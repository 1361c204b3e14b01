import FileSystem
import Glibc
import Synchronization
import TestSupport

/// The user's wish to end: what runs is ended, and what was made is removed on the way out.
enum Interruption {
  /// The error with which the work ends then.
  struct Requested: Error {}

  private static let isRequested = Atomic<Bool>(false)
  private static let current = Mutex<RunningProgram?>(nil)

  /// Watches for SIGINT, SIGTERM and SIGHUP from now on; another one, a second later or more,
  /// ends the process at once.
  static func watch() {
    let signals = {
      var signals = sigset_t()
      sigemptyset(&signals)
      for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
      // Threads inherit the mask, so that none but this one takes the signals.
      pthread_sigmask(SIG_BLOCK, &signals, nil)
      return signals
    }()
    Thread {
      var signals = signals
      var signal: Int32 = 0
      var first: Int64?
      while true {
        sigwait(&signals, &signal)
        let now = monotonicNanoseconds()
        // One wish may come twice: from the terminal, and from `make`.
        if let first, now - first >= 1_000_000_000 { _exit(130) }
        first = first ?? now
        isRequested.store(true, ordering: .relaxed)
        current.withLock { $0?.kill() }
      }
    }.detach()
  }

  /// Throws if the user wants to end.
  static func check() throws {
    if isRequested.load(ordering: .relaxed) { throw Requested() }
  }

  /// Runs a program to its end, or to the user's.
  static func run(_ words: [String]) throws -> ProgramRun {
    let program = try RunningProgram(words[0], Array(words.dropFirst()))
    current.withLock { $0 = program }
    defer { current.withLock { $0 = nil } }
    try check()
    let run = try program.wait(timeLimitSeconds: 7_200)
    try check()
    return run
  }

  /// Runs a program that must succeed, or throws what it printed.
  static func requireSuccess(_ words: String...) throws {
    let run = try run(words)
    guard run.ending == .exited(0) else { throw FailedSetUp(program: words[0], run: run) }
  }
}
