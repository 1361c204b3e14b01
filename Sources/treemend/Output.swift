internal import Glibc
internal import Session

/// Standard output, for results.
struct Output {
  /// Whether somebody is looking.
  let isTerminal = StandardStreams.isTerminal(STDOUT_FILENO)
  /// Whether the reader has gone away.
  private(set) var isClosed = false

  private var pending: [UInt8] = []
  private var failureCode: CInt?
  private var flushed = ContinuousClock.now

  /// Writes `text`; what goes to a pipe or file is gathered for up to a tenth of a second.
  mutating func write(_ text: String) {
    pending += text.utf8
    if isTerminal || pending.count >= 65_536 { flush() }
  }

  /// Writes what has been gathered for long enough.
  mutating func flushIfDue() {
    if !pending.isEmpty, ContinuousClock.now - flushed > .milliseconds(100) { flush() }
  }

  /// Writes all that has been gathered. If the reader has gone away, asks the run to end.
  mutating func flush() {
    defer { pending.removeAll(keepingCapacity: true) }
    flushed = .now
    guard !isClosed, failureCode == nil, let code = StandardError.write(pending, to: STDOUT_FILENO)
    else { return }
    if code == EPIPE {
      isClosed = true
      Session.interrupt()
    } else {
      failureCode = code
    }
  }

  /// Writes the rest, or throws if a part of the results could not be written.
  mutating func close() throws(Failure) {
    flush()
    guard let failureCode else { return }
    throw Failure(
      status: .inputOutput, what: "standard output could not be written",
      causes: [SystemMessage.text(failureCode)])
  }
}

/// Standard error, for everything that is no result.
enum StandardError {
  /// Writes `text`; that it cannot be written is nothing that could be told.
  static func write(_ text: String) {
    _ = write(Array(text.utf8), to: STDERR_FILENO)
  }

  /// Writes all of `bytes` (the C function `write(2)`), and returns the `errno` if that fails.
  static func write(_ bytes: [UInt8], to descriptor: CInt) -> CInt? {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count >= 0 {
        rest.removeFirst(count)
      } else if errno == EAGAIN {
        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&poller, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }
}

/// What the system says of an `errno`.
enum SystemMessage {
  /// The C function `strerror(3)`.
  static func text(_ code: CInt) -> String {
    // SAFETY: the text is copied before any other call could change it; one thread reports.
    unsafe String(cString: strerror(code))
  }
}
