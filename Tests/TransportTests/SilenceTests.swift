import FileSystem
import Glibc
import Replica
import TestSupport
import Testing
import Wire

@testable import Transport

@Suite struct SilenceTests {
  private static let second: Int64 = 1_000_000_000
  private static let frame = Frame(.content, [1, 2, 3])

  /// Looks every tenth of a second, and returns after how many it is too long.
  private func tenths(
    limit: Int64, heard: (Int) -> Int = { _ in 0 }, at time: (Int) -> Int64 = { Int64($0) }
  ) -> Int? {
    var silence = Silence(limit: limit)
    return (0..<1000).first {
      silence.isTooLong(heard: heard($0), at: time($0) * Self.second / 10)
    }
  }

  @Test func `a silence is too long when its limit is reached`() {
    #expect(tenths(limit: 3 * Self.second) == 30)
    #expect(tenths(limit: .max) == nil)
  }

  @Test func `whatever comes ends a silence`() {
    #expect(tenths(limit: 3 * Self.second, heard: { $0 / 29 }) == nil)
    #expect(tenths(limit: 3 * Self.second, heard: { min($0 / 29, 2) }) == 88)
  }

  @Test func `the time in which this process was stopped does not count`() {
    #expect(tenths(limit: 3 * Self.second, at: { Int64($0) + ($0 < 10 ? 0 : 100_000) }) == 21)
  }

  @Test func `an end that has begun and says nothing more is given up`() throws {
    let pipes = try Pipes()
    try pipes.say(Magic.bytes + Self.frame.encoded(deflating: false), stays: true)
    let connection = pipes.connection(silenceLimitSeconds: 1)
    #expect(try connection.receive() == Self.frame)
    #expect(!connection.isSilent)
    let start = monotonicNanoseconds()
    #expect(throws: TransportError.silent(seconds: 1)) { try connection.receive() }
    #expect(1.0..<5.0 ~= Double(monotonicNanoseconds() - start) / 1e9)
    #expect(connection.isSilent)
    // It may be there again, and hear why this end goes.
    try connection.send(Self.frame)
    connection.close()
    let said = try pipes.hear(Magic.bytes.count + 8)
    #expect(said.suffix(8) == Self.frame.encoded(deflating: false))
  }

  @Test func `an end that has not begun is waited for if it may be asking`() throws {
    let pipes = try Pipes()
    let end = monotonicNanoseconds() + 3 * Self.second
    let connection = pipes.connection(silenceLimitSeconds: 1, mayBeAsking: true) {
      monotonicNanoseconds() > end
    }
    #expect(throws: TransportError.interrupted) { try connection.receive() }
    connection.abandon()
  }

  @Test func `an end that does not begin, and asks nothing, is given up`() throws {
    let pipes = try Pipes()
    let connection = pipes.connection(silenceLimitSeconds: 1)
    #expect(throws: TransportError.silent(seconds: 1)) { try connection.receive() }
    connection.abandon()
  }

  @Test func `an end that says that it is there is waited for`() throws {
    let pipes = try Pipes()
    let connection = pipes.connection(silenceLimitSeconds: 1)
    let other = pipes.otherConnection(heartbeatInterval: Self.second / 5)
    let speaker = FileSystem.Thread {
      pause(nanoseconds: 3 * Self.second)
      try? other.send(Self.frame)
    }
    #expect(try connection.receive() == Self.frame)
    speaker.join()
    other.close()
    #expect(throws: TransportError.closed) { try connection.receive() }
    let heartbeat = Frame(.heartbeat, []).encoded(deflating: false)
    let rest = Int(other.sentByteCount) - Magic.bytes.count - 8
    #expect(rest % heartbeat.count == 0 && 3...20 ~= rest / heartbeat.count)
    #expect(connection.receivedByteCount == other.sentByteCount)
    connection.close()
  }

  @Test func `where nothing is taken, no silence is counted`() throws {
    let pipes = try Pipes()
    let end = monotonicNanoseconds() + 3 * Self.second
    let connection = pipes.connection(silenceLimitSeconds: 1) { monotonicNanoseconds() > end }
    let large = Frame(.content, [UInt8](repeating: 7, count: Frame.maximumPayloadByteCount))
    // So much comes and is not taken that no more is read; nobody takes what is sent, either.
    let speaker = FileSystem.Thread {
      try? pipes.say(
        Magic.bytes + Array(repeating: large.encoded(deflating: false), count: 6).joined())
    }
    while connection.waitingCount < 4 { pause(nanoseconds: Self.second / 100) }
    #expect(throws: TransportError.interrupted) {
      for _ in 0..<64 { try connection.send(large, deflating: false) }
    }
    for _ in 0..<6 { _ = connection.receiveIfReady() ?? (try? connection.receive()) }
    speaker.join()
    connection.abandon()
    close(pipes.far.input)
  }

  @Test func `an end that takes nothing and says nothing is given up`() throws {
    let pipes = try Pipes()
    try pipes.say(Magic.bytes, stays: true)
    let connection = pipes.connection(silenceLimitSeconds: 1)
    let large = Frame(.content, [UInt8](repeating: 7, count: Frame.maximumPayloadByteCount))
    #expect(throws: TransportError.silent(seconds: 1)) {
      for _ in 0..<64 { try connection.send(large, deflating: false) }
    }
    connection.close()
  }

  @Test func `closing waits no longer than that`() throws {
    let pipes = try Pipes()
    try pipes.say(Magic.bytes, stays: true)
    let connection = pipes.connection(silenceLimitSeconds: 1)
    // More than the pipe holds, so that the last of it is never written.
    let large = Frame(.content, [UInt8](repeating: 7, count: Frame.maximumPayloadByteCount))
    for _ in 0..<6 { try connection.send(large, deflating: false) }
    let start = monotonicNanoseconds()
    connection.close()
    #expect(0.9..<5.0 ~= Double(monotonicNanoseconds() - start) / 1e9)
  }

  @Test func `a heartbeat holds nothing`() throws {
    let pipes = try Pipes()
    try pipes.say(Magic.bytes + Frame(.heartbeat, [1]).encoded(deflating: false))
    let connection = pipes.connection()
    #expect(throws: TransportError.malformed(.count)) { try connection.receive() }
    connection.close()
  }
}
