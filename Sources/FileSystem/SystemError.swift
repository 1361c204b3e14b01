internal import Glibc

/// A system call that failed.
package struct SystemError: Error, Equatable {
  /// The call's C name, as in `renameat2`.
  package let call: String

  /// The number that the call left in `errno`.
  package let code: CInt

  /// Creates the error of `call`.
  package init(call: String, code: CInt) {
    self.call = call
    self.code = code
  }
}

extension SystemError: CustomStringConvertible {
  /// The call and the system's text for the number, as in `unlinkat: No such file or directory`.
  package var description: String {
    // SAFETY: the C function `strerror(3)` never returns null, and its text lives until this
    // thread calls it again.
    unsafe call + ": " + String(cString: strerror(code))
  }
}

/// Makes the system call `body` until no signal interrupts it, and returns its result.
///
/// What goes on after `EINTR`, and reads `errno`.
@inline(__always)
func systemCall<Result: SignedInteger>(
  _ name: String, _ body: () -> Result
) throws(SystemError) -> Result {
  while true {
    let result = body()
    if result >= 0 { return result }
    let code = errno
    if code != EINTR { throw SystemError(call: name, code: code) }
  }
}
