internal import FileSystem
internal import Glibc
internal import Replica
internal import Transport
internal import Wire

/// The other end of a run, as the initiator speaks with it.
final class Peer {
  let connection: Connection
  /// The other end's version of the program.
  private(set) var program: [UInt8] = []
  private let farEnd: FarEnd
  private let isRemote: Bool

  /// Starts the far end at `location`. The order to open a replica goes with the greeting, so that
  /// nothing waits for the greeting's way back.
  init(
    _ location: Location, _ options: RunOptions, opening open: Frame? = nil
  ) throws(SessionError) {
    let command = Self.command(for: location, options)
    isRemote = location.isRemote
    do {
      farEnd = try FarEnd(command: command)
    } catch {
      throw SessionError(error)
    }
    connection = Connection(
      input: farEnd.output, output: farEnd.input,
      silenceLimitSeconds: options.silenceLimitSeconds,
      mayBeAsking: isRemote && Self.hasTerminal
    ) { Interruption.isRequested }
    connection.keep(to: options.terms(for: location))
    do throws(TransportError) {
      try connection.send(Hello(program: Session.version).frame)
      if let open { try connection.send(open) }
    } catch .interrupted {
      throw .interrupted
    } catch {
      // It is gone; what it has said by then says why.
      guard connection.waitForFailure(atMost: 2_000_000_000) else { throw failedGreeting(error) }
      try greet()
      while true { _ = try receive() }
    }
  }

  /// Waits for the other end's greeting.
  func greet() throws(SessionError) {
    let hello: Hello
    do throws(TransportError) {
      let frame = try connection.receive()
      guard frame.kind == .hello else { throw .malformed(.kind) }
      do { hello = try Hello(payload: frame.payload) } catch { throw .malformed(error) }
    } catch {
      throw failedGreeting(error)
    }
    guard hello.isUnderstood else { throw .otherVersion(program: hello.program) }
    program = hello.program
  }

  /// Waits for the other end's greeting, and for who it is.
  func introduction() throws -> Introduction {
    try greet()
    let frame = try receive()
    guard frame.kind == .met else { throw Malformed.kind }
    return try Introduction(payload: frame.payload)
  }

  /// Whether nothing has to be waited for to hear who the other end is, or that it has failed.
  var isIntroduced: Bool { connection.waitingCount >= 2 || hasFailed }

  /// Whether the other end has failed, so that nothing is to be waited for but what it says.
  var hasFailed: Bool { connection.hasFailed }

  /// The next frame; a failure that the other end reports is thrown.
  func receive() throws(SessionError) -> Frame {
    do {
      return try checked(try connection.receive())
    } catch let error as TransportError where error == .closed || error == .cut {
      throw lost(SessionError.connectionLost)
    } catch {
      throw SessionError(error)
    }
  }

  /// The next frame if it is there; a failure that the other end reports is thrown.
  func receiveIfReady() throws(SessionError) -> Frame? {
    try connection.receiveIfReady().map { frame throws(SessionError) in
      do { return try checked(frame) } catch { throw SessionError(error) }
    }
  }

  private func checked(_ frame: Frame) throws -> Frame {
    guard frame.kind == .failure else { return frame }
    throw failure(try Failure(payload: frame.payload))
  }

  /// What the other end says as the error that this end stops with.
  func failure(_ failure: Failure) -> SessionError {
    .farEnd(exitCode: failure.exitCode, message: failure.message, isRemote: isRemote)
  }

  /// Sends a frame; when the other end is gone, what it said last is thrown.
  func send(_ frame: Frame) throws(SessionError) {
    try send { connection throws(TransportError) in try connection.send(frame) }
  }

  /// Sends a frame of content, as ``send(_:)`` does.
  func send(content frame: Frame) throws(SessionError) {
    try send { connection throws(TransportError) in try connection.send(content: frame) }
  }

  private func send(
    _ send: (Connection) throws(TransportError) -> Void
  ) throws(SessionError) {
    do {
      try send(connection)
    } catch .interrupted {
      throw .interrupted
    } catch {
      while true { _ = try receive() }
    }
  }

  /// Ends the conversation, and gives the other end two seconds to save what it has learnt, so that
  /// the next run does not find it busy.
  func close() {
    close {}
  }

  /// Ends the conversation likewise, and calls `body` while the other end saves what it has learnt.
  func close(while body: () throws -> Void) rethrows {
    connection.close()
    defer { _ = farEnd.ending(withinMilliseconds: 2000) }
    try body()
  }

  /// Ends a conversation that came to no end, and gives the other end most of a second to save
  /// what it has begun, so that the next run does not find it busy.
  func abandon() {
    connection.abandon()
    // What says nothing would not notice.
    if connection.isSilent { farEnd.kill() }
    _ = farEnd.ending(withinMilliseconds: 800)
  }

  /// What it means that the other end is gone: a terminal interrupts the remote shell, too.
  private func lost(_ error: (SessionError.FarEndFailure) -> SessionError) -> SessionError {
    Interruption.isRequested ? .interrupted : error(failure())
  }

  private func failure() -> SessionError.FarEndFailure {
    var status: Int32?
    switch farEnd.ending(withinMilliseconds: 2000) {
    case .exited(let code): status = code
    case .signalled(let signal): status = 128 + signal
    case .notStarted: status = 127
    case nil: status = nil
    }
    return SessionError.FarEndFailure(
      command: farEnd.command, exitStatus: status)
  }

  private func failedGreeting(_ error: TransportError) -> SessionError {
    switch error {
    case .closed, .cut: lost(SessionError.farEndNotStarted)
    case .noMagic(let sample): .wrongProtocol(sample: sample)
    default: SessionError(error)
    }
  }

  /// Whether there is a user at a terminal, whom a remote shell may ask.
  private static var hasTerminal: Bool { isatty(STDIN_FILENO) != 0 }

  /// The command that starts the far end: an array of arguments, no local shell, and nothing of
  /// the path in it.
  private static func command(for location: Location, _ options: RunOptions) -> [String] {
    switch location {
    case .local: return ["/proc/self/exe", "serve", "--stdio"]
    case .remote(let host, _):
      var shell = options.remoteShell
      if shell == ["ssh"], !hasTerminal { shell += ["-o", "BatchMode=yes"] }
      return shell + ["--", host, options.remoteCommand, "serve", "--stdio"]
    }
  }
}
