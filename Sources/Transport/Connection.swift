internal import FileSystem
internal import Replica
internal import SystemPackage
package import Wire

/// Frames over a pair of pipes: one thread reads, one writes, and both block as they like.
///
/// What has been read and not taken, and what has been sent and not written, is bounded. Whoever
/// holds what goes out may look at what has come, and never the reverse.
package final class Connection: Sendable {
  /// How many bytes may wait in each direction.
  static let queueByteCount = 1 << 20

  /// How long something is still written to an end that has said nothing for too long, in nanoseconds.
  private static let farewellNanoseconds: Int64 = 1_000_000_000

  private let incoming = Monitor(IncomingFrames())
  private let outgoing = Monitor(OutgoingFrames())
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
    let (incoming, outgoing) = (incoming, outgoing)
    Thread { IncomingFrames.read(FileDescriptor(rawValue: input), into: incoming) }.detach()
    Thread {
      OutgoingFrames.write(
        outgoing, to: FileDescriptor(rawValue: output), heartbeatInterval, isInterrupted)
      incoming.change { $0.isCut = true }
    }.detach()
  }

  /// Has what is sent from now on keep to `terms`.
  package func keep(to terms: SendingTerms) {
    outgoing.change { $0.pacer = terms.byteRate.map(Pacer.init) }
    content.change { $0 = ContentEncoder(terms.deflation) }
  }

  /// How many bytes have been read from the other end.
  package var receivedByteCount: Int64 { incoming.look { $0.readByteCount } }

  /// When the last frame that was received had come, in nanoseconds since 1970.
  package var lastArrival: Int64 { incoming.look { $0.lastArrival } }

  /// How many bytes have been given to the other end.
  package var sentByteCount: Int64 { outgoing.look { $0.writtenByteCount } }

  /// Sends a frame; waits while too much is on its way.
  package func send(_ frame: Frame, deflating: Bool = true) throws(TransportError) {
    try send(frame.encoded(deflating: deflating))
  }

  /// Sends a frame of content, always from the same thread; deflated as the terms want it.
  package func send(content frame: Frame) throws(TransportError) {
    let writing = outgoing.look { $0.writing }
    try send(content.change { $0.encode(frame, writing: writing) })
  }

  private func send(_ bytes: [UInt8]) throws(TransportError) {
    var silence = Silence(limit: silenceLimit)
    let result = outgoing.wait(poll: isInterrupted) {
      [self] queue -> Result<Void, TransportError>? in
      if let end = queue.end { return .failure(end) }
      if !queue.isFull { return .success(queue.append(bytes)) }
      return incoming.change { $0.endIfSilent(&silence, mayBeAsking) }.map(Result.failure)
    }
    guard let result else { throw .interrupted }
    try result.get()
  }

  /// Waits for the next frame.
  package func receive() throws(TransportError) -> Frame {
    var silence = Silence(limit: silenceLimit)
    let result = incoming.wait(poll: isInterrupted) {
      [self] queue -> Result<Frame, TransportError>? in
      if !queue.isEmpty { return .success(queue.take()) }
      if let end = queue.end { return .failure(end) }
      if let heard, queue.isCut || isUnheard(heard) { return .failure(.closed) }
      return queue.endIfSilent(&silence, mayBeAsking).map(Result.failure)
    }
    guard let result else { throw .interrupted }
    return try result.get()
  }

  /// Whether the connection ended because the other end said nothing.
  package var isSilent: Bool {
    incoming.look { if case .silent = $0.end { true } else { false } }
  }

  /// Whether the other end has said that it failed, or says no more.
  package var hasFailed: Bool { incoming.look { $0.end != nil || $0.hasFailure } }

  /// Waits until that is so, but no longer than so many nanoseconds; returns whether it is.
  package func waitForFailure(atMost nanoseconds: Int64) -> Bool {
    incoming.wait(atMost: nanoseconds) { $0.end != nil || $0.hasFailure ? () : nil } != nil
  }

  /// How many frames have come and wait to be received.
  package var waitingCount: Int { incoming.look { $0.count } }

  /// The next frame if it is there.
  package func receiveIfReady() -> Frame? {
    incoming.change { $0.isEmpty ? nil : $0.take() }
  }

  /// Waits until everything has been written, unless the other end takes nothing and says nothing,
  /// and closes this end's way out.
  package func close() {
    outgoing.change { $0.isClosing = true }
    // One that said nothing may be there again, to hear why this end goes.
    var silence = Silence(limit: isSilent ? Self.farewellNanoseconds : silenceLimit)
    _ = outgoing.wait(poll: { false }) { [self] queue in
      let heardCount = incoming.look { $0.heardCount }
      let isOver = silence.isTooLong(heard: heardCount, at: monotonicNanoseconds())
      return queue.end != nil || isOver ? () : nil
    }
  }

  /// Drops what has not been written, and closes this end's way out as soon as that can be.
  package func abandon() {
    outgoing.change { queue in
      queue.drop()
      queue.isClosing = true
    }
  }
}
