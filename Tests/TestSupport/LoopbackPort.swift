internal import Glibc

/// A port of this machine's loopback interface.
package enum LoopbackPort {
  /// Returns a port that is free now; another program may take it before it is used.
  static func free() throws -> UInt16 {
    let descriptor = try openSocket()
    defer { close(descriptor) }
    let address = try with(port: 0) { address, length in
      bind(descriptor, address, length.pointee) == 0
        ? getsockname(descriptor, address, length) : -1
    }
    return UInt16(bigEndian: address.sin_port)
  }

  /// Returns a connection to whoever listens on `port`; the caller closes it.
  package static func connect(to port: UInt16) throws -> Int32 {
    let descriptor = try openSocket()
    _ = try with(port: port) { address, length in
      Glibc.connect(descriptor, address, length.pointee)
    }
    return descriptor
  }

  private static func openSocket() throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemFailure("socket") }
    return descriptor
  }

  /// Calls `body` with the address of a port, and returns what it makes of that; throws if `body`
  /// returns a system call's failure.
  private static func with(
    port: UInt16,
    _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) throws -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = port.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
    }
    guard code == 0 else { throw SystemFailure("port \(port)") }
    return address
  }
}
