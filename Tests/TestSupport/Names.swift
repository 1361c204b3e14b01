internal import Foundation

/// Returns the names in a directory, `.` and `..` left out, in no order (the C function
/// `readdir(3)`).
package func names(inDirectory path: [UInt8]) throws -> [[UInt8]] {
  guard let directory = opendir(path.cString) else {
    throw SystemFailure("opendir \(path.escaped)")
  }
  defer { closedir(directory) }
  var names: [[UInt8]] = []
  while let entry = readdir(directory) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      Array(bytes.prefix { $0 != 0 })
    }
    if name != [0x2e], name != [0x2e, 0x2e] { names.append(name) }
  }
  return names
}

/// Returns where the link at `path` points (the C function `readlink(2)`).
package func linkTarget(_ path: [UInt8]) throws -> [UInt8] {
  var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
  let count = readlink(path.cString, &buffer, buffer.count)
  guard count >= 0 else { throw SystemFailure("readlink \(path.escaped)") }
  return buffer.prefix(count).map(UInt8.init(bitPattern:))
}

extension Array<UInt8> {
  /// The bytes as a C string.
  package var cString: [CChar] { map(CChar.init(bitPattern:)) + [0] }

  /// The bytes as text, all but printable ASCII as `\xNN`.
  package var escaped: String {
    map { byte in
      if byte >= 0x20, byte < 0x7f { return String(UnicodeScalar(byte)) }
      let digits = String(byte, radix: 16)
      return "\\x" + (digits.count < 2 ? "0" : "") + digits
    }.joined()
  }
}
