/// A program that has been run to its end: how it ended and what it printed.
package struct ProgramRun: Sendable {
  /// How a program ended.
  package enum Ending: Sendable, Equatable {
    /// It returned or called `exit(3)` with this status.
    case exited(Int32)
    /// This signal ended it.
    case signalled(Int32)
    /// The time limit came first and it was killed, with all of its session.
    case timedOut
  }

  /// How it ended.
  package let ending: Ending
  /// What it and its children wrote to standard output.
  package let output: [UInt8]
  /// What it and its children wrote to standard error.
  package let errorOutput: [UInt8]
  /// The most memory that it held at once, its children not counted; 0 unless asked for.
  package let peakResidentByteCount: Int

  /// The exit status, or nil if it did not exit by itself.
  package var exitStatus: Int32? {
    if case .exited(let status) = ending { status } else { nil }
  }

  /// Standard output, read as UTF-8.
  package var text: String { String(decoding: output, as: UTF8.self) }

  /// Standard error, read as UTF-8.
  package var errorText: String { String(decoding: errorOutput, as: UTF8.self) }

  init(ending: Ending, output: [UInt8], errorOutput: [UInt8], peakResidentByteCount: Int) {
    self.ending = ending
    self.output = output
    self.errorOutput = errorOutput
    self.peakResidentByteCount = peakResidentByteCount
  }

  /// Runs `program`, looked up in `PATH`, and waits for its end.
  ///
  /// - Parameters:
  ///   - environment: what to change in the environment of the test.
  ///   - input: all of standard input.
  ///   - timeLimitSeconds: when to kill it.
  ///   - measuresMemory: whether to watch its memory.
  package init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    directory: String? = nil, input: [UInt8] = [], timeLimitSeconds: Double = 120,
    measuresMemory: Bool = false
  ) throws {
    self = try RunningProgram(
      program, arguments, environment: environment, directory: directory, input: input
    ).wait(timeLimitSeconds: timeLimitSeconds, measuresMemory: measuresMemory)
  }

  /// Runs `program` with these arguments alone.
  package init(_ program: String, _ arguments: String...) throws {
    try self.init(program, arguments)
  }
}

extension ProgramRun: CustomStringConvertible {
  /// The ending and both outputs, for a failed expectation.
  package var description: String {
    "\(ending)\nstdout: \(text.suffix(2000))\nstderr: \(errorText.suffix(2000))"
  }
}
