internal import DequeModule
internal import FileSystem
internal import Replica
internal import SystemPackage
package import Wire

/// Frames over a pair of pipes: one thread reads, one writes, and both block as they like.
///
/// What has been read and not taken, and what has been sent and not written, is bounded.
package final class Connection: Sendable {
  /// How many bytes may wait in each direction.
  private static let queueByteCount = 1 << 20

  /// How long something is still written to an end that has said nothing for too long, in nanoseconds.
  private static let farewellNanoseconds: Int64 = 1_000_000_000

  /// How many of the first bytes are shown when they are not the protocol's.
  private static let sampleByteCount = 512

  private struct Queues: Sendable {
    var incoming: Deque<(frame: Frame, arrived: Int64)> = []
    var lastArrival: Int64 = 0
    var incomingByteCount = 0
    var incomingEnd: TransportError?
    var outgoing: [[UInt8]] = []
    var outgoingByteCount = 0
    var outgoingEnd: TransportError?
    var isClosing = false
    /// How many times something has come.
    var heardCount = 0
    var receivedByteCount: Int64 = 0
    var sentByteCount: Int64 = 0
    var pacer: Pacer?
    var writing = Pace()
  }

  private let queues = Monitor(Queues())
  private let content = Monitor(ContentEncoder(.never))
  private let isInterrupted: @Sendable () -> Bool
  /// The descriptor that somebody must go on reading from.
  private let heard: Int32?
  /// How long the other end may say nothing, in nanoseconds.
  private let silenceLimit: Int64
  /// Whether it may take as long as it likes to begin.
  private let mayBeAsking: Bool

  /// Speaks over two descriptors, which this then owns. `isInterrupted` is asked while it waits.
  ///
  /// The other end may say nothing for `silenceLimitSeconds`, or for ever if that is nil; with
  /// `mayBeAsking`, what leads to it may be asking the user for a password, and is waited for
  /// until it begins.
  ///
  /// With `endsUnheard`, nothing is received any more once nobody reads what this end sends, even
  /// if whoever sends to it stays: so a far end goes when the connection is cut behind it.
  package init(
    input: Int32, output: Int32, endsUnheard: Bool = false, silenceLimitSeconds: Int?,
    mayBeAsking: Bool = false, heartbeatInterval: Int64 = Silence.heartbeatInterval,
    isInterrupted: @escaping @Sendable () -> Bool
  ) {
    self.isInterrupted = isInterrupted
    silenceLimit = silenceLimitSeconds.map { Int64($0) * 1_000_000_000 } ?? .max
    self.mayBeAsking = mayBeAsking
    heard = endsUnheard ? output : nil
    // PERF: with the 64 KiB that a pipe has, large files take 7 % longer.
    for pipe in [input, output] { widenPipe(pipe, to: CInt(Self.queueByteCount)) }
    let queues = queues
    queues.change { $0.outgoing.append(Magic.bytes) }
    Thread { Self.read(FileDescriptor(rawValue: input), into: queues) }.detach()
    Thread {
      Self.write(
        FileDescriptor(rawValue: output), from: queues, heartbeatInterval, isInterrupted)
    }.detach()
  }

  /// Has what is sent from now on keep to `terms`.
  package func keep(to terms: SendingTerms) {
    queues.change { $0.pacer = terms.byteRate.map(Pacer.init) }
    content.change { $0 = ContentEncoder(terms.deflation) }
  }

  /// How many bytes have been read from the other end.
  package var receivedByteCount: Int64 { queues.change { $0.receivedByteCount } }

  /// When the last frame that was received had come, in nanoseconds since 1970.
  package var lastArrival: Int64 { queues.change { $0.lastArrival } }

  /// How many bytes have been given to the other end.
  package var sentByteCount: Int64 { queues.change { $0.sentByteCount } }

  /// Sends a frame; waits while too much is on its way.
  package func send(_ frame: Frame, deflating: Bool = true) throws(TransportError) {
    try send(frame.encoded(deflating: deflating))
  }

  /// Sends a frame of content, always from the same thread; deflated as the terms want it.
  package func send(content frame: Frame) throws(TransportError) {
    let writing = queues.change { $0.writing }
    try send(content.change { $0.encode(frame, writing: writing) })
  }

  private func send(_ bytes: [UInt8]) throws(TransportError) {
    try wait { queues -> Result<Void, TransportError>? in
      if let end = queues.outgoingEnd { return .failure(end) }
      guard queues.outgoingByteCount < Self.queueByteCount else { return nil }
      queues.outgoing.append(bytes)
      queues.outgoingByteCount += bytes.count
      return .success(())
    }
  }

  /// Waits for the next frame.
  package func receive() throws(TransportError) -> Frame {
    try wait { [heard] queues -> Result<Frame, TransportError>? in
      if !queues.incoming.isEmpty { return .success(Self.take(&queues)) }
      if let end = queues.incomingEnd { return .failure(end) }
      guard let heard else { return nil }
      return queues.outgoingEnd != nil || isUnheard(heard) ? .failure(.closed) : nil
    }
  }

  /// Waits until `body` returns something, the user wants to stop, or the other end has said nothing
  /// for too long: then nothing is received any more, and what has room can still be sent.
  private func wait<Success>(
    for body: (inout Queues) -> Result<Success, TransportError>?
  ) throws(TransportError) -> Success {
    var silence = Silence(limit: silenceLimit)
    let result = queues.wait(poll: isInterrupted) { queues in
      if let result = body(&queues) { return result }
      if case .silent = queues.incomingEnd { return queues.incomingEnd.map(Result.failure) }
      guard silence.isTooLong(heard: queues.heardCount, at: monotonicNanoseconds()),
        queues.heardCount > 0 || !mayBeAsking,
        // Where nothing is taken, nothing more is heard.
        queues.incomingByteCount < Self.queueByteCount
      else { return nil }
      let end = TransportError.silent(seconds: silence.limitSeconds)
      queues.incomingEnd = end
      return .failure(end)
    }
    guard let result else { throw .interrupted }
    return try result.get()
  }

  /// Whether the connection ended because the other end said nothing.
  package var isSilent: Bool {
    queues.change { if case .silent = $0.incomingEnd { true } else { false } }
  }

  /// Whether the other end has said that it failed, or says no more.
  package var hasFailed: Bool {
    queues.change { queues in
      queues.incomingEnd != nil || queues.incoming.contains { $0.frame.kind == .failure }
    }
  }

  /// How many frames have come and wait to be received.
  package var waitingCount: Int { queues.change { $0.incoming.count } }

  /// The next frame if it is there.
  package func receiveIfReady() -> Frame? {
    queues.change { $0.incoming.isEmpty ? nil : Self.take(&$0) }
  }

  /// Waits until everything has been written, unless the other end takes nothing and says nothing,
  /// and closes this end's way out.
  package func close() {
    queues.change { $0.isClosing = true }
    // One that said nothing may be there again, to hear why this end goes.
    var silence = Silence(limit: isSilent ? Self.farewellNanoseconds : silenceLimit)
    _ = queues.wait(poll: { false }) { queues in
      let isOver = silence.isTooLong(heard: queues.heardCount, at: monotonicNanoseconds())
      return queues.outgoingEnd != nil || isOver ? () : nil
    }
  }

  /// Drops what has not been written, and closes this end's way out as soon as that can be.
  package func abandon() {
    queues.change { queues in
      queues.outgoing = []
      queues.isClosing = true
    }
  }

  private static func take(_ queues: inout Queues) -> Frame {
    let (frame, arrived) = queues.incoming.removeFirst()
    queues.lastArrival = arrived
    queues.incomingByteCount -= frame.waitingByteCount
    return frame
  }

  private static func write(
    _ output: FileDescriptor, from queues: Monitor<Queues>, _ heartbeatInterval: Int64,
    _ isInterrupted: () -> Bool
  ) {
    let heartbeat = Frame(.heartbeat, []).encoded(deflating: false)
    var end = TransportError.closed
    do {
      while true {
        let batch = queues.wait(atMost: heartbeatInterval) { queues -> [[UInt8]]? in
          if queues.outgoing.isEmpty { return queues.isClosing ? [] : nil }
          defer { queues.outgoing = [] }
          return queues.outgoing
        }
        guard let batch else {
          queues.change { queues in
            queues.outgoing.append(heartbeat)
            queues.outgoingByteCount += heartbeat.count
          }
          continue
        }
        if batch.isEmpty { break }
        for bytes in batch {
          let start = monotonicNanoseconds()
          try write(bytes, to: output, from: queues, isInterrupted)
          queues.change { queues in
            queues.writing.note(
              nanoseconds: monotonicNanoseconds() - start, byteCount: bytes.count)
            queues.outgoingByteCount = max(0, queues.outgoingByteCount - bytes.count)
            queues.sentByteCount += Int64(bytes.count)
          }
        }
      }
    } catch let error as Errno where error != .brokenPipe {
      end = .system(code: error.rawValue)
    } catch {
      end = .closed
    }
    // Whatever closing reports, nothing more can be said to the other end.
    try? output.close()
    queues.change { $0.outgoingEnd = $0.outgoingEnd ?? end }
  }

  /// Writes a frame, at the pace that was asked for unless the user wants to stop.
  private static func write(
    _ bytes: [UInt8], to output: FileDescriptor, from queues: Monitor<Queues>,
    _ isInterrupted: () -> Bool
  ) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      var (count, delay) = (rest.count, Int64(0))
      queues.change { queues in
        guard let piece = queues.pacer?.pieceByteCount else { return }
        count = min(count, piece)
        delay = queues.pacer?.delay(of: count, at: monotonicNanoseconds()) ?? 0
      }
      if !isInterrupted() { pause(nanoseconds: delay) }
      try output.writeAll(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
  }

  private static func read(_ input: FileDescriptor, into queues: Monitor<Queues>) {
    var reader = FrameReader(input) {
      queues.update {
        $0.heardCount += 1; return false
      }
    }
    let end: TransportError
    do throws(TransportError) {
      try reader.readMagic(sampleByteCount: sampleByteCount)
      while true {
        let frame = try reader.next()
        let byteCount = reader.readByteCount
        guard frame.kind != .heartbeat else {
          guard frame.payload.isEmpty else { throw .malformed(.count) }
          queues.update {
            $0.receivedByteCount = byteCount; return false
          }
          continue
        }
        queues.wait { $0.incomingByteCount < queueByteCount ? () : nil }
        queues.change { queues in
          queues.incoming.append((frame, wallClockNanoseconds()))
          queues.incomingByteCount += frame.waitingByteCount
          queues.receivedByteCount = byteCount
        }
      }
    } catch {
      end = error
    }
    // Whatever closing reports, nothing more is wanted from the other end.
    try? input.close()
    queues.change { $0.incomingEnd = $0.incomingEnd ?? end }
  }
}

extension Frame {
  /// How much memory a frame that waits takes, in bytes: one without content takes some, too.
  fileprivate var waitingByteCount: Int { payload.count + 64 }
}
