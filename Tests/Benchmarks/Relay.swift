import ArgumentParser
import FileSystem
import Foundation
import TestSupport

/// `bench relay`: stands between two ends of a pipe, and delays or counts what goes through.
///
/// Either `-- COMMAND…`, whose standard input and output it passes on, or `--port PORT`, a port of
/// this machine, as OpenSSH's ProxyCommand wants it.
struct Relay: ParsableCommand {
  /// How long the delayed runs' bytes are on their way, each way.
  static let delayMilliseconds = 50

  static let configuration = CommandConfiguration(
    commandName: "relay", abstract: "Passes bytes on, delayed or counted.")

  @Option(help: "How long every byte is on its way.") var delayMs = 0
  @Option(help: "The file for the number of bytes, there and back.") var count: String?
  @Option(help: "Ends the way there after so many bytes.") var cut: Int?
  @Option(help: "A port of this machine to connect to, in place of a command.") var port: UInt16?
  @Argument(parsing: .postTerminator) var command: [String] = []

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    let delay = Int64(delayMs) * 1_000_000
    guard let port else { return try relay(delay) }
    let connection = try LoopbackPort.connect(to: port)
    // What is passed on must not wait for the answer to what was passed on before.
    var isOn: Int32 = 1
    setsockopt(
      connection, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
    _ = Pump(from: STDIN_FILENO, to: connection, delayNanoseconds: delay) {
      shutdown(connection, Int32(SHUT_WR))
    }
    Pump(from: connection, to: STDOUT_FILENO, delayNanoseconds: delay) {}.wait()
  }

  private func relay(_ delay: Int64) throws {
    let child = Process()
    let (input, output) = (Pipe(), Pipe())
    child.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    child.arguments = command
    child.standardInput = input
    child.standardOutput = output
    try child.run()
    try input.fileHandleForReading.close()
    try output.fileHandleForWriting.close()
    let farInput = input.fileHandleForWriting.fileDescriptor
    let there = Pump(
      from: STDIN_FILENO, to: farInput, delayNanoseconds: delay, byteLimit: cut ?? .max
    ) { close(farInput) }
    let back = Pump(
      from: output.fileHandleForReading.fileDescriptor, to: STDOUT_FILENO, delayNanoseconds: delay
    ) {}
    back.wait()
    child.waitUntilExit()
    if let count {
      let relayed = RelayedBytes(sent: there.byteCount, received: back.byteCount)
      try Note.write(relayed.line, to: count)
    }
    throw ExitCode(child.terminationStatus)
  }
}
