import Glibc
import SystemPackage
import TestSupport
import Wire

@testable import Transport

/// Two pipes, one each way, between a connection and a test that plays the other end.
struct Pipes {
  /// Where the connection reads from and writes to.
  let near: (input: Int32, output: Int32)
  /// Where the other end does.
  let far: (input: Int32, output: Int32)

  /// Writing to nobody is an error in this process, as it is in the program.
  static let ignoresBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

  init() throws {
    Self.ignoresBrokenPipes
    let toFar = try Self.pipe()
    let toNear = try Self.pipe()
    near = (toNear.read, toFar.write)
    far = (toFar.read, toNear.write)
  }

  /// The connection under test.
  func connection(
    endsUnheard: Bool = false, silenceLimitSeconds: Int? = nil, mayBeAsking: Bool = false,
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) -> Connection {
    Connection(
      input: near.input, output: near.output, endsUnheard: endsUnheard,
      silenceLimitSeconds: silenceLimitSeconds, mayBeAsking: mayBeAsking,
      isInterrupted: isInterrupted)
  }

  /// The connection at the other end, which says every so many nanoseconds that it is there.
  func otherConnection(heartbeatInterval: Int64) -> Connection {
    Connection(
      input: far.input, output: far.output, silenceLimitSeconds: nil,
      heartbeatInterval: heartbeatInterval
    ) { false }
  }

  /// Says `bytes`, few enough for the pipe, and nothing after them; closed, unless it `stays`.
  func say(_ bytes: [UInt8], stays: Bool = false) throws {
    guard write(far.output, bytes, bytes.count) == bytes.count else {
      throw SystemFailure("write")
    }
    if !stays { close(far.output) }
  }

  /// Reads so many bytes of what the connection says.
  func hear(_ count: Int) throws -> [UInt8] {
    var heard: [UInt8] = []
    while heard.count < count {
      var buffer = [UInt8](repeating: 0, count: count - heard.count)
      let readCount = read(far.input, &buffer, buffer.count)
      guard readCount > 0 else { throw SystemFailure("read") }
      heard += buffer.prefix(readCount)
    }
    return heard
  }

  private static func pipe() throws -> (read: Int32, write: Int32) {
    let ends = try FileDescriptor.pipe(options: .closeOnExec)
    return (ends.readEnd.rawValue, ends.writeEnd.rawValue)
  }
}

extension Frame {
  /// Frames of all kinds, of no byte, of the most bytes, and of bytes that deflate and do not.
  static func samples(seed: UInt64) -> [Frame] {
    var random = SplitMix(seed: seed)
    // A heartbeat is nothing to be received.
    return Kind.allCases.filter { $0 != .heartbeat }.flatMap { kind in
      [
        Frame(kind, []), Frame(kind, random.bytes(random.below(3000))),
        Frame(kind, [UInt8](repeating: kind.rawValue, count: maximumPayloadByteCount)),
      ]
    }
  }
}
