import FileSystem
import TestSupport
import Testing
import Wire

@testable import Transport

@Suite struct FarEndTests {
  /// How long is waited for an end, in milliseconds: other tests may hold all threads that tasks have.
  private static let patience: Int64 = 1_800_000

  @Test func `an echo says what it was told`() async throws {
    try await besideTasks {
      let farEnd = try FarEnd(command: ["cat"])
      let connection = farEnd.connection()
      for frame in Frame.samples(seed: 3) {
        try connection.send(frame)
        #expect(try connection.receive() == frame)
      }
      connection.close()
      #expect(throws: TransportError.closed) { try connection.receive() }
      #expect(farEnd.ending(withinMilliseconds: Self.patience) == .exited(0))
      #expect(connection.sentByteCount == connection.receivedByteCount)
    }
  }

  @Test(arguments: [
    ("exit 0", FarEnd.Ending.exited(0)), ("exit 255", .exited(255)), ("kill -9 $$", .signalled(9)),
  ])
  func `how the process ended is known`(script: String, ending: FarEnd.Ending) async throws {
    try await besideTasks {
      let farEnd = try FarEnd(command: ["sh", "-c", "cat >/dev/null; " + script])
      let connection = farEnd.connection()
      #expect(farEnd.ending(withinMilliseconds: 0) == nil)
      connection.close()
      #expect(throws: TransportError.closed) { try connection.receive() }
      #expect(farEnd.ending(withinMilliseconds: Self.patience) == ending)
      #expect(farEnd.ending(withinMilliseconds: 0) == ending)
    }
  }

  @Test(arguments: ["treemend-no-such-program", "/nowhere/at/all", "/dev/null"])
  func `a program that cannot be started ends the connection`(program: String) async throws {
    try await besideTasks {
      let farEnd = try FarEnd(command: [program, "x"])
      let connection = farEnd.connection()
      #expect(throws: TransportError.closed) { try connection.receive() }
      connection.close()
      guard case .notStarted = farEnd.ending(withinMilliseconds: Self.patience) else {
        Issue.record("\(farEnd.ending(withinMilliseconds: Self.patience))")
        return
      }
    }
  }

  @Test func `a process that does nothing more is killed`() async throws {
    try await besideTasks {
      let farEnd = try FarEnd(command: ["sh", "-c", "trap '' TERM; kill -STOP $$"])
      let connection = farEnd.connection()
      #expect(farEnd.ending(withinMilliseconds: 300) == nil)
      farEnd.kill()
      #expect(farEnd.ending(withinMilliseconds: Self.patience) == .signalled(9))
      connection.close()
    }
  }

  @Test func `arguments arrive as they are`() async throws {
    try await besideTasks {
      let words = ["", "a b", "$(id)", "*", "'\"\\", "é"]
      let script = "printf '%s\\n' \"$@\" >\"$0\""
      let directory = try TemporaryDirectory()
      let path = directory.appending("words")
      let farEnd = try FarEnd(command: ["sh", "-c", script, path] + words)
      let connection = farEnd.connection()
      #expect(farEnd.ending(withinMilliseconds: Self.patience) == .exited(0))
      connection.close()
      #expect(try ProgramRun("cat", path).text == words.map { $0 + "\n" }.joined())
    }
  }
}

extension FarEnd {
  /// A connection to the process.
  fileprivate func connection() -> Connection {
    Pipes.ignoresBrokenPipes
    return Connection(input: output, output: input, silenceLimitSeconds: nil) { false }
  }
}

/// Runs what blocks on a thread of its own: the process is started by a task, which needs one of
/// the few threads that tests run on.
private func besideTasks(_ body: @escaping @Sendable () throws -> Void) async throws {
  try await withCheckedThrowingContinuation { continuation in
    FileSystem.Thread { continuation.resume(with: Result(catching: body)) }.detach()
  }
}
