internal import Glibc
internal import Replica

/// One name, ready for a system call: what every call below the root takes instead of a path.
struct Name: ~Copyable {
  /// The bytes with a zero behind them.
  private var bytes: [256 of CChar] = .init(repeating: 0)

  /// Takes a name for `call`.
  ///
  /// Throws `EINVAL` if the bytes are empty, `.`, `..` or hold a `/` or a zero, `ENAMETOOLONG` if
  /// there are more than 255.
  init(_ name: some Collection<UInt8>, for call: String) throws(SystemError) {
    var count = 0
    var dotCount = 0
    for byte in name {
      guard byte != UInt8(ascii: "/"), byte != 0 else {
        throw SystemError(call: call, code: EINVAL)
      }
      guard count < Path.maximumNameByteCount else {
        throw SystemError(call: call, code: ENAMETOOLONG)
      }
      bytes[count] = CChar(bitPattern: byte)
      count += 1
      if byte == UInt8(ascii: ".") { dotCount += 1 }
    }
    guard count > 0, count > 2 || dotCount < count else {
      throw SystemError(call: call, code: EINVAL)
    }
  }

  /// Calls `body` with the name as C knows strings.
  func withPointer<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    // SAFETY: the array ends in a zero, and `body` is a system call that keeps no pointer.
    unsafe bytes.span.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { preconditionFailure("an array of 256 is empty") }
      return unsafe body(start)
    }
  }
}
