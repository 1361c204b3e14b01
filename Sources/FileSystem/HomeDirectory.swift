internal import Glibc

/// The user's home directory as the password database has it (`getpwuid_r(3)`); nil if it has none.
package func homeDirectoryOfUser() -> [UInt8]? {
  var entry = passwd()
  var found: UnsafeMutablePointer<passwd>?
  // As much as the longest line of the database that anyone has.
  var buffer = [CChar](repeating: 0, count: 65_536)
  // SAFETY: what the entry points to lies in the buffer, which lives until it has been copied.
  return unsafe buffer.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress,
      unsafe getpwuid_r(geteuid(), &entry, base, buffer.count, &found) == 0, unsafe found != nil,
      let home = unsafe entry.pw_dir
    else { return nil }
    let bytes = unsafe Array(UnsafeRawBufferPointer(start: home, count: strlen(home)))
    return bytes.isEmpty ? nil : bytes
  }
}
