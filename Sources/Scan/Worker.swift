internal import FileSystem

/// A thread that others can wait for.
final class Worker {
  private var thread: Thread?

  init(_ body: @escaping @Sendable () -> Void) {
    thread = Thread(body)
  }

  /// Waits for the thread's end.
  func join() {
    thread.take()?.join()
  }
}
