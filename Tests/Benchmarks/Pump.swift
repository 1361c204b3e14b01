import FileSystem
import Glibc

/// Carries bytes from one descriptor to another, each as long after it came as is asked for.
final class Pump: Sendable {
  private struct Load {
    var due: Int64
    var bytes: ArraySlice<UInt8>
  }

  private struct State {
    var loads: [Load] = []
    var waitingByteCount = 0
    var byteCount = 0
    var isAtEnd = false
    var isDone = false
  }

  /// How much may be on its way: more than a connection of 10 Gbit/s holds in 50 ms.
  private static let maximumByteCount = 64 << 20

  private let state = Monitor(State())

  /// Begins; `end` is called when the last byte has been passed on, or cannot be. What comes after so
  /// many bytes is not taken.
  init(
    from source: Int32, to destination: Int32, delayNanoseconds: Int64, byteLimit: Int = .max,
    end: @escaping @Sendable () -> Void
  ) {
    Thread { [self] in
      take(from: source, delayNanoseconds, byteLimit)
    }.detach()
    Thread { [self] in
      give(to: destination)
      end()
      state.change { $0.isDone = true }
    }.detach()
  }

  /// Waits until the last byte has been passed on.
  func wait() {
    state.wait { $0.isDone ? () : nil }
  }

  /// How many bytes have come.
  var byteCount: Int { state.change { $0.byteCount } }

  private func take(from source: Int32, _ delayNanoseconds: Int64, _ byteLimit: Int) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(source, &buffer, min(buffer.count, byteLimit - byteCount))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      let load = Load(due: monotonicNanoseconds() + delayNanoseconds, bytes: buffer[..<count])
      state.wait { $0.waitingByteCount < Self.maximumByteCount ? () : nil }
      state.change { state in
        state.loads.append(load)
        state.waitingByteCount += count
        state.byteCount += count
      }
    }
    state.change { $0.isAtEnd = true }
  }

  private func give(to destination: Int32) {
    while true {
      let loads = state.wait { state -> [Load]? in
        guard !state.loads.isEmpty || state.isAtEnd else { return nil }
        defer { state.loads = [] }
        return state.loads
      }
      if loads.isEmpty { return }
      for load in loads {
        let left = load.due - monotonicNanoseconds()
        if left > 0 { usleep(useconds_t(left / 1_000)) }
        guard write(load.bytes, to: destination) else { return }
        state.change { $0.waitingByteCount -= load.bytes.count }
      }
    }
  }

  private func write(_ bytes: ArraySlice<UInt8>, to destination: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(destination, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
