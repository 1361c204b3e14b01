internal import Glibc

/// State that threads share: one at a time, and able to wait for what another brings about.
package final class Monitor<State>: @unchecked Sendable {
  // SAFETY: the state is touched by nobody but the holder of the mutex.
  private var state: State
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// Shares `state`.
  package init(_ state: sending State) {
    self.state = state
    unsafe pthread_mutex_init(mutex, nil)
    // A clock that nobody sets: no wait is longer than it should be.
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(changed, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    unsafe pthread_cond_destroy(changed)
    unsafe pthread_mutex_destroy(mutex)
    unsafe changed.deallocate()
    unsafe mutex.deallocate()
  }

  /// Calls `body` with the state and wakes those who wait for a change.
  package func change<Result, Failure: Error>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer {
      unsafe pthread_cond_broadcast(changed)
      unsafe pthread_mutex_unlock(mutex)
    }
    return try body(&state)
  }

  /// Calls `body` with the state as it is, and wakes nobody.
  package func look<Result>(_ body: (State) -> Result) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body(state)
  }

  /// Calls `body` with the state, and wakes those who wait for a change only if it returns true.
  package func update(_ body: (inout State) -> Bool) {
    unsafe pthread_mutex_lock(mutex)
    if body(&state) { unsafe pthread_cond_broadcast(changed) }
    unsafe pthread_mutex_unlock(mutex)
  }

  /// Waits as ``wait(for:)`` does, for a `body` whose changes nobody waits for.
  package func waitQuietly<Result>(for body: (inout State) -> Result?) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&state) { return result }
      unsafe pthread_cond_wait(changed, mutex)
    }
  }

  /// Waits until `body` returns something for the state as it is then, and returns that.
  package func wait<Result>(for body: (inout State) -> Result?) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&state) {
        unsafe pthread_cond_broadcast(changed)
        return result
      }
      unsafe pthread_cond_wait(changed, mutex)
    }
  }

  /// Waits as ``wait(for:)`` does, and gives up, returning nil, when `poll`, which is asked ten
  /// times a second, returns true.
  package func wait<Result>(
    poll isOver: () -> Bool, for body: (inout State) -> Result?
  ) -> Result? {
    wait(pausing: { isOver() ? nil : 100_000_000 }, for: body)
  }

  /// Waits as ``wait(for:)`` does, and gives up, returning nil, after so many nanoseconds.
  package func wait<Result>(
    atMost nanoseconds: Int64, for body: (inout State) -> Result?
  ) -> Result? {
    let end = monotonicNanoseconds() + nanoseconds
    return wait(
      pausing: {
        let left = end - monotonicNanoseconds()
        return left > 0 ? left : nil
      }, for: body)
  }

  /// Waits as ``wait(for:)`` does, but for each change no more nanoseconds than `pause` says, and
  /// gives up, returning nil, when it says nil.
  private func wait<Result>(
    pausing pause: () -> Int64?, for body: (inout State) -> Result?
  ) -> Result? {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&state) {
        unsafe pthread_cond_broadcast(changed)
        return result
      }
      guard let nanoseconds = pause() else { return nil }
      let end = monotonicNanoseconds() + nanoseconds
      var until = timespec(
        tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
      unsafe pthread_cond_timedwait(changed, mutex, &until)
    }
  }
}

/// A thread of the system, which blocks as it likes.
package struct Thread: ~Copyable {
  private let handle: pthread_t

  /// Starts a thread that runs `body`.
  package init(_ body: @escaping @Sendable () -> Void) {
    var handle = pthread_t()
    let box = Unmanaged.passRetained(Body(body))
    // SAFETY: the thread takes over the reference that was retained for it.
    let code = unsafe pthread_create(
      &handle, nil,
      { argument in
        guard let argument else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, box.toOpaque())
    // Said in every build: a limit of processes is an administrator's to raise.
    guard code == 0 else { fatalError("\(SystemError(call: "pthread_create", code: code))") }
    self.handle = handle
  }

  /// Waits for the thread's end.
  package consuming func join() {
    pthread_join(handle, nil)
  }

  /// Lets the thread go on by itself.
  package consuming func detach() {
    pthread_detach(handle)
  }

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
