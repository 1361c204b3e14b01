internal import FileSystem
internal import Subprocess
internal import SystemPackage

/// The process at the far end of a connection, started by this end with pipes to its standard
/// input and output. Its standard error is this process's.
package final class FarEnd: Sendable {
  /// How the process ended.
  package enum Ending: Equatable, Sendable {
    /// It could not be started.
    case notStarted
    /// It exited with this status.
    case exited(Int32)
    /// A signal ended it.
    case signalled(Int32)
  }

  /// The command and its arguments.
  package let command: [String]
  /// Where its standard output comes from.
  package let output: Int32
  /// Where its standard input goes to.
  package let input: Int32
  private let ending = Monitor<Ending?>(nil)
  private let task = Monitor<Task<Void, Never>?>(nil)

  /// Starts a command, found by `PATH` unless it has a `/` in it.
  package init(command: [String]) throws(TransportError) {
    self.command = command
    do {
      let toChild = try FileDescriptor.pipe(options: .closeOnExec)
      let fromChild = try FileDescriptor.pipe(options: .closeOnExec)
      input = toChild.writeEnd.rawValue
      output = fromChild.readEnd.rawValue
      start(reading: toChild.readEnd, writing: fromChild.writeEnd)
    } catch {
      throw .system(code: error.rawValue)
    }
  }

  private func start(reading: FileDescriptor, writing: FileDescriptor) {
    let named: Executable =
      command[0].contains("/") ? .path(FilePath(command[0])) : .name(command[0])
    let arguments = Arguments(Array(command.dropFirst()))
    let ending = ending
    let running = Task.detached {
      let result: Ending
      do {
        var options = PlatformOptions()
        options.teardownSequence = []
        // PERF: by a name, a process would be made for each directory of PATH until one succeeds.
        // What is not found is left to `run`, which closes the pipes that wait for it.
        let found = try? await named.resolveExecutablePath(in: .inherit)
        let executable = found.map(Executable.path) ?? named
        let status = try await run(
          executable, arguments: arguments, platformOptions: options,
          input: .fileDescriptor(reading, closeAfterSpawningProcess: true),
          output: .fileDescriptor(writing, closeAfterSpawningProcess: true),
          error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
        ).terminationStatus
        switch status {
        case .exited(let code): result = .exited(code)
        case .signaled(let signal): result = .signalled(signal)
        }
      } catch {
        result = .notStarted
      }
      ending.change { $0 = result }
    }
    task.change { $0 = running }
  }

  /// Kills the process.
  package func kill() {
    task.change { $0?.cancel() }
  }

  /// How the process ended, if it has within so many milliseconds.
  package func ending(withinMilliseconds milliseconds: Int64) -> Ending? {
    ending.wait(atMost: milliseconds * 1_000_000) { $0 }
  }
}
