internal import Foundation
package import Glibc
internal import Synchronization

/// A program that runs in a session of its own; it is killed when nobody holds it any more.
///
/// Its three streams are files in memory, so that no amount of output can block it and a
/// grandchild that outlives it cannot block the test.
package final class RunningProgram: Sendable {
  /// The process id, which is also that of its session and its process group.
  package let processID: pid_t

  private let output: Int32
  private let errorOutput: Int32
  private let ending: Ending

  /// Starts `program`, looked up in `PATH` (the C function `posix_spawnp(3)`).
  package init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    directory: String? = nil, input: [UInt8] = []
  ) throws {
    let standardInput = try memoryFile(holding: input)
    defer { close(standardInput) }
    output = try memoryFile()
    errorOutput = try memoryFile()
    processID = try spawn(
      (directory.map { ["env", "-C", $0] } ?? []) + [program] + arguments,
      environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
      streams: [standardInput, output, errorOutput])
    ending = Ending(of: processID)
  }

  deinit {
    kill()
    close(output)
    close(errorOutput)
  }

  /// Sends `signal` to the program alone, or with `wholeGroup` to what it started, too; does
  /// nothing after its end.
  package func kill(_ signal: Int32 = SIGKILL, wholeGroup: Bool = true) {
    ending.whileUnreaped { _ = Glibc.kill(wholeGroup ? -processID : processID, signal) }
  }

  /// Waits for the end, kills the program at the time limit, and returns what it printed.
  package func wait(
    timeLimitSeconds: Double = 120, measuresMemory: Bool = false
  ) throws -> ProgramRun {
    var peakResidentByteCount = 0
    let deadline = DispatchTime.now() + timeLimitSeconds
    var isTimedOut = false
    if measuresMemory {
      while !ending.arrives(before: min(deadline, .now() + .milliseconds(5))),
        DispatchTime.now() < deadline
      {
        peakResidentByteCount = max(peakResidentByteCount, highWaterMark(of: processID))
      }
    }
    if !ending.arrives(before: deadline) {
      isTimedOut = true
      kill()
    }
    let status = ending.status()
    return ProgramRun(
      ending: isTimedOut ? .timedOut : ProgramRun.Ending(waitStatus: status),
      output: try contents(of: output), errorOutput: try contents(of: errorOutput),
      peakResidentByteCount: peakResidentByteCount)
  }
}

extension RunningProgram {
  /// Waits until `text` is in what the program has written to standard error; returns false if it
  /// has ended, or the time is up, without.
  package func reports(_ text: String, timeLimitSeconds: Double = 20) throws -> Bool {
    let deadline = DispatchTime.now() + timeLimitSeconds
    while true {
      let isOver =
        ending.arrives(before: min(deadline, .now() + .milliseconds(2))) || .now() >= deadline
      if String(decoding: try contents(of: errorOutput), as: UTF8.self).contains(text) {
        return true
      }
      if isOver { return false }
    }
  }
}

/// The end of one child, awaited by a thread of its own.
private final class Ending: Sendable {
  private let processID: pid_t
  private let waitStatus = Mutex<Int32?>(nil)
  private let isOver = DispatchSemaphore(value: 0)

  init(of processID: pid_t) {
    self.processID = processID
    Thread.detachNewThread { [self] in reap() }
  }

  /// Calls `body` unless the child has been reaped, which cannot happen meanwhile: the process id
  /// is still its own.
  func whileUnreaped(_ body: () -> Void) {
    waitStatus.withLock { if $0 == nil { body() } }
  }

  func arrives(before deadline: DispatchTime) -> Bool {
    guard isOver.wait(timeout: deadline) == .success else { return false }
    isOver.signal()
    return true
  }

  func status() -> Int32 {
    isOver.wait()
    isOver.signal()
    return waitStatus.withLock { $0 } ?? 0
  }

  private func reap() {
    var information = siginfo_t()
    while waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) == -1,
      errno == EINTR
    {}
    waitStatus.withLock { status in
      var value: Int32 = 0
      _ = waitpid(processID, &value, 0)
      status = value
    }
    isOver.signal()
  }
}

extension ProgramRun.Ending {
  /// Reads the status that `waitpid(2)` gives, as the macros `WIFEXITED` and so on do.
  fileprivate init(waitStatus: Int32) {
    let signal = waitStatus & 0x7f
    self = signal == 0 ? .exited((waitStatus >> 8) & 0xff) : .signalled(signal)
  }
}

/// The peak of a running program's resident memory, in bytes; 0 if it has just ended.
///
/// Not `ru_maxrss` of `wait4(2)`: a child's begins with the peak of the process that started it.
private func highWaterMark(of processID: pid_t) -> Int {
  guard let status = try? String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8),
    let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
    let kibibytes = Int(line.split(separator: " ").dropLast().last ?? "")
  else { return 0 }
  return kibibytes * 1024
}
