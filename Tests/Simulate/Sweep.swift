import Foundation
import Simulation
import Synchronization

/// Many histories, checked on all processors.
final class Sweep: Sendable {
  private let count: UInt64
  private let history: @Sendable (UInt64) -> History
  private let next = Atomic<UInt64>(0)
  private let first = Mutex<(number: UInt64, error: Violation)?>(nil)

  /// The first history that failed, and how.
  var failure: (number: UInt64, error: Violation)? { first.withLock { $0 } }

  init(count: UInt64, _ history: @escaping @Sendable (UInt64) -> History) {
    self.count = count
    self.history = history
  }

  /// Checks them until they are all checked or one has failed.
  func run() {
    let done = DispatchSemaphore(value: 0)
    let threads = (0..<ProcessInfo.processInfo.activeProcessorCount).map { _ in
      Thread { [self] in
        work()
        done.signal()
      }
    }
    for thread in threads {
      thread.stackSize = 16 << 20
      thread.start()
    }
    for _ in threads { done.wait() }
  }

  private func work() {
    while failure == nil {
      let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard number < count else { return }
      do {
        try World.check(history(number))
      } catch {
        let violation = error as? Violation ?? Violation(0, "\(error)")
        first.withLock { if number < $0?.number ?? .max { $0 = (number, violation) } }
      }
    }
  }
}
