internal import Glibc
internal import Session
internal import Synchronization

/// What stops a run from outside.
enum Signals {
  private static let interruptionCount = Atomic<Int>(0)

  /// Lets the first INT, TERM or HUP end the run in good order and the second INT end it at once, and
  /// turns a closed pipe, and a file beyond the limit of the shell's `ulimit -f`, into errors of `write(2)`.
  ///
  /// What was ignored when the program was started, as `nohup` does with HUP, stays ignored.
  static func watch() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    // The handler must not be the first to use them: what is made on first use takes a lock.
    interruptionCount.store(0, ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var former = sigaction()
      sigaction(number, nil, &former)
      if unsafe unsafeBitCast(former.__sigaction_handler.sa_handler, to: Int.self) == 1 { continue }
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { Signals.stop($0) }
      sigaction(number, &action, nil)
    }
  }

  private static func stop(_ number: CInt) {
    if number == SIGINT, interruptionCount.add(1, ordering: .relaxed).oldValue > 0 {
      _exit(CInt(ExitStatus.interrupted.rawValue))
    }
    Session.interrupt()
  }
}
