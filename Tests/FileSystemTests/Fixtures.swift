import FileSystem
import Glibc
import Replica

/// The `errno` of the system call that fails in `body`; nil if none does.
func failure(_ body: () throws(SystemError) -> Void) -> CInt? {
  do {
    try body()
    return nil
  } catch {
    return error.code
  }
}

/// The key of names joined by `/`.
func path(_ text: String) -> Path {
  text.isEmpty ? .root : Path(uncheckedKey: text.utf8.map { $0 == 0x2f ? 0 : $0 })
}

extension Root {
  /// The root as a directory.
  func top() throws(SystemError) -> Directory {
    try openDirectory(.root)
  }
}

extension Directory {
  /// Makes the file `name` of `text`.
  func write(_ text: String, to name: some Collection<UInt8>) throws(SystemError) {
    let file = try createFile(name, mode: 0o644)
    try file.write(Array(text.utf8).span.bytes)
  }

  /// The text of the file `name`.
  func text(of name: some Collection<UInt8>) throws(SystemError) -> String {
    let file = try openFile(name)
    return try file.text()
  }

  /// The names in the directory, sorted.
  func names() throws(SystemError) -> [[UInt8]] {
    var listing = Listing()
    try list(into: &listing)
    return listing.found.map { Array(listing.name(of: $0)) }
  }

  /// Makes the FIFO `name`.
  func makeFIFO(_ name: String) throws(SystemError) {
    guard mkfifoat(descriptor, name, 0o600) == 0 else {
      throw SystemError(call: "mkfifoat", code: errno)
    }
  }
}

extension File {
  /// The first bytes of the file, as text.
  func text() throws(SystemError) -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = try read(into: &buffer)
    return String(decoding: buffer[..<count], as: UTF8.self)
  }
}
