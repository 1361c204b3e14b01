internal import Replica
internal import SystemPackage
internal import Wire

/// Reads frames from a pipe, a large piece at a time.
struct FrameReader {
  private let input: FileDescriptor
  /// Called whenever something has come.
  private let hear: () -> Void
  private var buffer = [UInt8](repeating: 0, count: 128 * 1024)
  private var start = 0
  private var end = 0
  /// How many bytes the frames so far took.
  private(set) var readByteCount: Int64 = 0

  init(_ input: FileDescriptor, hear: @escaping () -> Void) {
    self.input = input
    self.hear = hear
  }

  /// Reads the protocol's first bytes, or throws with what is there instead.
  mutating func readMagic(sampleByteCount: Int) throws(TransportError) {
    var sample: [UInt8] = []
    while sample.count < Magic.bytes.count, Magic.bytes.starts(with: sample) {
      guard try fill() else { throw sample.isEmpty ? .closed : .noMagic(sample: sample) }
      sample.append(buffer[start])
      start += 1
      readByteCount += 1
    }
    guard sample != Magic.bytes else { return }
    // No more than has come: the other end may be waiting, and say nothing for ever.
    sample.append(contentsOf: buffer[start..<min(end, start + sampleByteCount)])
    throw .noMagic(sample: sample)
  }

  /// Reads the next frame.
  mutating func next() throws(TransportError) -> Frame {
    let header = try take(Frame.headerByteCount, isBetweenFrames: true)
    do {
      let count = try Frame.payloadByteCount(header: header)
      return try Frame(header: header, body: try take(count))
    } catch let error as Malformed {
      throw .malformed(error)
    } catch let error as TransportError {
      throw error
    } catch {
      preconditionFailure("reading a frame throws nothing else: \(error)")
    }
  }

  private mutating func take(
    _ count: Int, isBetweenFrames: Bool = false
  ) throws(TransportError) -> [UInt8] {
    var taken: [UInt8] = []
    taken.reserveCapacity(count)
    while taken.count < count {
      guard try fill() else {
        // The end between two frames is an end; within one it is a cut.
        throw taken.isEmpty && isBetweenFrames ? .closed : .cut
      }
      let piece = min(count - taken.count, end - start)
      taken.append(contentsOf: buffer[start..<(start + piece)])
      start += piece
    }
    readByteCount += Int64(count)
    return taken
  }

  /// Makes sure that a byte is in the buffer; false at the end.
  private mutating func fill() throws(TransportError) -> Bool {
    guard start == end else { return true }
    do {
      start = 0
      end = try buffer.withUnsafeMutableBytes { try input.read(into: $0) }
      hear()
      return end > 0
    } catch {
      throw .system(code: (error as? Errno)?.rawValue ?? 0)
    }
  }
}
