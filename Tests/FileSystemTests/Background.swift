import Dispatch
import Foundation
import Synchronization

/// A truth that threads share.
private final class Flag: Sendable {
  let value = Atomic(false)
}

/// Work that another thread repeats until it is told to stop.
final class Background: Sendable {
  private let isStopped = Flag()
  private let ended = DispatchSemaphore(value: 0)

  /// Begins to repeat `work`.
  init(repeating work: @escaping @Sendable () -> Void) {
    start { [isStopped] in
      while !isStopped.value.load(ordering: .relaxed) { work() }
    }
  }

  /// Does `work` once.
  init(once work: @escaping @Sendable () -> Void) {
    start(work)
  }

  private func start(_ work: @escaping @Sendable () -> Void) {
    Thread.detachNewThread { [ended] in
      work()
      ended.signal()
    }
  }

  /// Lets the last round end.
  func stop() {
    isStopped.value.store(true, ordering: .relaxed)
    ended.wait()
  }
}
