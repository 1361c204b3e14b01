internal import FileSystem
internal import SystemPackage
internal import Wire

/// What has been sent to the other end and has not been written.
struct OutgoingFrames: Sendable {
  private var frames = [Magic.bytes]
  private var byteCount = 0
  /// Why nothing more is written.
  private(set) var end: TransportError?
  /// Whether the way out is to be closed behind what waits.
  var isClosing = false
  /// How many bytes have been written.
  private(set) var writtenByteCount: Int64 = 0
  /// At which pace writing is to be done, if at any.
  var pacer: Pacer?
  /// How long writing takes.
  private(set) var writing = Pace()

  /// Whether as much waits as may.
  var isFull: Bool { byteCount >= Connection.queueByteCount }

  /// Adds a frame.
  mutating func append(_ bytes: [UInt8]) {
    frames.append(bytes)
    byteCount += bytes.count
  }

  /// Drops what waits.
  mutating func drop() {
    frames = []
  }

  /// Writes to a pipe until that fails or is to end, and closes it; a heartbeat when nothing else
  /// has been sent for so many nanoseconds.
  static func write(
    _ queue: Monitor<OutgoingFrames>, to output: FileDescriptor, _ heartbeatInterval: Int64,
    _ isInterrupted: () -> Bool
  ) {
    let heartbeat = Frame(.heartbeat, []).encoded(deflating: false)
    var end = TransportError.closed
    do {
      while true {
        let batch = queue.wait(atMost: heartbeatInterval) { queue -> [[UInt8]]? in
          if queue.frames.isEmpty { return queue.isClosing ? [] : nil }
          defer { queue.frames = [] }
          return queue.frames
        }
        guard let batch else {
          queue.change { $0.append(heartbeat) }
          continue
        }
        if batch.isEmpty { break }
        for bytes in batch {
          let start = monotonicNanoseconds()
          try write(bytes, to: output, queue, isInterrupted)
          queue.change { queue in
            queue.writing.note(
              nanoseconds: monotonicNanoseconds() - start, byteCount: bytes.count)
            queue.byteCount = max(0, queue.byteCount - bytes.count)
            queue.writtenByteCount += Int64(bytes.count)
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
    queue.change { $0.end = $0.end ?? end }
  }

  /// Writes a frame, at the pace that was asked for unless the user wants to stop.
  private static func write(
    _ bytes: [UInt8], to output: FileDescriptor, _ queue: Monitor<OutgoingFrames>,
    _ isInterrupted: () -> Bool
  ) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      var (count, delay) = (rest.count, Int64(0))
      queue.update { queue in
        guard let piece = queue.pacer?.pieceByteCount else { return false }
        count = min(count, piece)
        delay = queue.pacer?.delay(of: count, at: monotonicNanoseconds()) ?? 0
        return false
      }
      if !isInterrupted() { pause(nanoseconds: delay) }
      try output.writeAll(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
  }
}
