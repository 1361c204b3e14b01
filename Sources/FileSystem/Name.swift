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
    var bytes = bytes
    // An array or a slice of one, as nearly all names are, is gone through without a call a byte.
    let code =
      unsafe name.withContiguousStorageIfAvailable { unsafe Self.copy($0, to: &bytes) }
      ?? Array(name).withUnsafeBufferPointer { unsafe Self.copy($0, to: &bytes) }
    guard code == 0 else { throw SystemError(call: call, code: code) }
    self.bytes = bytes
  }

  /// Copies a name; returns 0 or the `errno` for which it is none.
  private static func copy(
    _ name: UnsafeBufferPointer<UInt8>, to bytes: inout [256 of CChar]
  ) -> CInt {
    guard name.count <= Path.maximumNameByteCount else {
      let isName = unsafe !name.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
      return isName ? ENAMETOOLONG : EINVAL
    }
    var dotCount = 0
    for index in 0..<name.count {
      let byte = unsafe name[index]
      guard byte != UInt8(ascii: "/"), byte != 0 else { return EINVAL }
      bytes[index] = CChar(bitPattern: byte)
      if byte == UInt8(ascii: ".") { dotCount += 1 }
    }
    return name.isEmpty || (name.count <= 2 && dotCount == name.count) ? EINVAL : 0
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
