import ArgumentParser
import FileSystem
import Glibc
import TestSupport

/// `bench measure FILE -- COMMAND…`: runs a command, exits as it does, and leaves what it took in
/// FILE. It is what either end of a run is started through.
struct Measure: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure", abstract: "Runs a command and writes what it took to a file.")

  @Argument var file: String
  @Argument(parsing: .postTerminator) var command: [String] = []

  func validate() throws {
    guard !command.isEmpty else { throw ValidationError("a command is missing behind --") }
  }

  func run() throws {
    let arguments = command.map { strdup($0) } + [nil]
    let start = monotonicNanoseconds()
    let child = try Self.fork()
    if child == 0 {
      if let program = arguments[0] { execvp(program, arguments) }
      _exit(127)
    }
    var status: Int32 = 0
    var usage = rusage()
    while wait4(child, &status, 0, &usage) == -1, errno == EINTR {}
    let wallSeconds = Double(monotonicNanoseconds() - start) / 1e9
    let took = Usage(
      wallSeconds: wallSeconds, processorSeconds: usage.ru_utime.seconds + usage.ru_stime.seconds,
      peakResidentByteCount: usage.ru_maxrss * 1024)
    try Note.write(took.line, to: file)
    let signal = status & 0x7f
    throw ExitCode(signal == 0 ? (status >> 8) & 0xff : 128 + signal)
  }

  /// The C function `fork(2)`, which Swift does not offer.
  ///
  /// Not `posix_spawn(3)`, whose child shares our memory until it runs the command, so that our
  /// peak would be the least that is ever measured. What a forked child starts with is less than
  /// any of the programs holds.
  private static func fork() throws -> pid_t {
    typealias Fork = @convention(c) () -> pid_t
    guard let symbol = dlsym(nil, "fork") else { throw SystemFailure("dlsym fork") }
    // SAFETY: this is the function's type, and there is no other thread whose locks could be held.
    let child = unsafeBitCast(symbol, to: Fork.self)()
    guard child >= 0 else { throw SystemFailure("fork") }
    return child
  }
}

extension timeval {
  /// The whole, in seconds.
  fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}
