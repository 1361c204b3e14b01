internal import Glibc

/// The path of an existing directory without links, `.` and `..` (`realpath(3)`).
package func absolutePath(of path: [UInt8]) throws(SystemError) -> [UInt8] {
  let text = path.map(CChar.init(bitPattern:)) + [0]
  // SAFETY: the text ends in a zero, and the result is freed once it is copied.
  guard let resolved = unsafe realpath(text, nil) else {
    throw SystemError(call: "realpath", code: errno)
  }
  defer { unsafe free(resolved) }
  return unsafe Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
}

/// Makes the directory at `path` and those on the way to it, as far as they are not there.
package func makeDirectories(at path: [UInt8], mode: UInt16) throws(SystemError) {
  let slash = UInt8(ascii: "/")
  for end in path.indices.dropFirst() + [path.count] where end == path.count || path[end] == slash {
    let text = path[..<end].map(CChar.init(bitPattern:)) + [0]
    // SAFETY: the text ends in a zero.
    if unsafe mkdir(text, mode_t(mode)) != 0, errno != EEXIST {
      throw SystemError(call: "mkdir", code: errno)
    }
  }
}

/// Makes the directory at `path`, if there is nothing, in a directory that is there, for its owner
/// alone.
package func makeDirectory(at path: [UInt8]) throws(SystemError) {
  let text = path.map(CChar.init(bitPattern:)) + [0]
  // SAFETY: the text ends in a zero.
  if unsafe mkdir(text, 0o700) != 0, errno != EEXIST {
    throw SystemError(call: "mkdir", code: errno)
  }
}
