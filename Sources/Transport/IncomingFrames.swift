internal import DequeModule
internal import FileSystem
internal import SystemPackage
internal import Wire

/// What has come from the other end and has not been taken.
struct IncomingFrames: Sendable {
  /// How many of the first bytes are shown when they are not the protocol's.
  private static let sampleByteCount = 512

  private var frames: Deque<(frame: Frame, arrived: Int64)> = []
  private var byteCount = 0
  /// Why nothing more comes.
  private(set) var end: TransportError?
  /// Whether nothing goes out any more.
  var isCut = false
  /// How many times something has come.
  private(set) var heardCount = 0
  /// How many bytes have been read.
  private(set) var readByteCount: Int64 = 0
  /// When the last frame that was taken had come, in nanoseconds since 1970.
  private(set) var lastArrival: Int64 = 0

  var count: Int { frames.count }
  var isEmpty: Bool { frames.isEmpty }

  /// Whether as much waits as may: nothing is read then.
  private var isFull: Bool { byteCount >= Connection.queueByteCount }

  /// Whether the other end says that it failed.
  var hasFailure: Bool { frames.contains { $0.frame.kind == .failure } }

  /// Takes the first frame, of which there must be one.
  mutating func take() -> Frame {
    let (frame, arrived) = frames.removeFirst()
    lastArrival = arrived
    byteCount -= frame.waitingByteCount
    return frame
  }

  /// Receives nothing any more if the other end has said nothing for too long, and returns that as
  /// the end; it may be silent until it begins with `mayBeAsking`.
  mutating func endIfSilent(_ silence: inout Silence, _ mayBeAsking: Bool) -> TransportError? {
    if case .silent = end { return end }
    guard silence.isTooLong(heard: heardCount, at: monotonicNanoseconds()),
      heardCount > 0 || !mayBeAsking,
      // Where nothing is taken, nothing more is heard.
      !isFull
    else { return nil }
    end = .silent(seconds: silence.limitSeconds)
    return end
  }

  /// Reads from a pipe until it ends, and closes it.
  static func read(_ input: FileDescriptor, into queue: Monitor<IncomingFrames>) {
    var reader = FrameReader(input) {
      queue.update {
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
          queue.update {
            $0.readByteCount = byteCount; return false
          }
          continue
        }
        queue.wait { queue -> Void? in
          guard !queue.isFull else { return nil }
          queue.frames.append((frame, wallClockNanoseconds()))
          queue.byteCount += frame.waitingByteCount
          queue.readByteCount = byteCount
          return ()
        }
      }
    } catch {
      end = error
    }
    // Whatever closing reports, nothing more is wanted from the other end.
    try? input.close()
    queue.change { $0.end = $0.end ?? end }
  }
}

extension Frame {
  /// How much memory a frame that waits takes, in bytes: one without content takes some, too.
  fileprivate var waitingByteCount: Int { payload.count + 64 }
}
