internal import Glibc

/// The path of a directory without links, `.` and `..` (`realpath(3)`). One that is not there yet lies
/// where the directory around it does.
package func absolutePath(of path: [UInt8]) throws(SystemError) -> [UInt8] {
  let text = path.map(CChar.init(bitPattern:)) + [0]
  // SAFETY: the text ends in a zero, and the result is freed once it is copied.
  guard let resolved = unsafe realpath(text, nil) else {
    let error = SystemError(call: "realpath", code: errno)
    guard error.code == ENOENT, let place = PlaceInDirectory(of: path) else { throw error }
    return try absolutePath(of: place.parent) + [slash] + place.name
  }
  defer { unsafe free(resolved) }
  return unsafe Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
}

private let slash = UInt8(ascii: "/")

/// What a path says by its letters of where something is, or would be.
package struct PlaceInDirectory {
  /// The path of the directory around it.
  package let parent: [UInt8]
  /// Its name there.
  package let name: [UInt8]

  /// Takes a path apart; nil if it does not end in a name.
  package init?(of path: [UInt8]) {
    let end = path.lastIndex { $0 != slash }.map { $0 + 1 } ?? 0
    let start = path[..<end].lastIndex(of: slash).map { $0 + 1 } ?? 0
    name = Array(path[start..<end])
    parent = start == 0 ? Array(".".utf8) : Array(path[..<start])
    guard !name.isEmpty, name != Array(".".utf8), name != Array("..".utf8) else { return nil }
  }
}

/// Makes the directory at `path`, and those on the way to it, as far as they are not there, for their
/// owner alone.
package func makeDirectories(at path: [UInt8]) throws(SystemError) {
  for end in path.indices.dropFirst() + [path.count] where end == path.count || path[end] == slash {
    try makeDirectory(at: Array(path[..<end]))
  }
}

/// Makes the directory at `path`, if there is nothing, in a directory that is there, for its owner
/// alone.
package func makeDirectory(at path: [UInt8]) throws(SystemError) {
  let text = path.map(CChar.init(bitPattern:)) + [0]
  do {
    // SAFETY: the text ends in a zero.
    _ = try systemCall("mkdir") { unsafe mkdir(text, 0o700) }
  } catch {
    guard error.code == EEXIST else { throw error }
  }
}
