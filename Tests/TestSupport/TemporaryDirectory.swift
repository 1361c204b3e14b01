package import FileSystem
internal import Glibc

/// A new directory that nothing else uses, removed with all that is in it when the value goes.
package final class TemporaryDirectory: Sendable {
  /// The directory's absolute path.
  package let path: String

  /// Makes a directory in `parent` or, without one, in `TMPDIR` or `/tmp`.
  package init(in parent: String? = nil) throws(SystemError) {
    // SAFETY: the text that the C function `getenv(3)` returns is copied at once.
    let usual = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array((parent ?? usual).utf8CString.dropLast())
    template += "/treemend-test-XXXXXX".utf8CString
    // SAFETY: the array ends in a zero, and `mkdtemp(3)` changes the six bytes before it.
    guard unsafe mkdtemp(&template) != nil else {
      throw SystemError(call: "mkdtemp", code: errno)
    }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    do {
      let directory = try root().openDirectory(.root)
      var listing = Listing()
      try directory.list(into: &listing)
      for found in listing.found { try removeTree(listing.name(of: found), in: directory) }
    } catch {
      print("cannot empty \(path): \(error)")
    }
    _ = rmdir(path)
  }

  /// The bytes of the path.
  package var bytes: [UInt8] { Array(path.utf8) }

  /// Opens the directory as a root.
  package func root(resolvingPaths: Bool = true) throws(SystemError) -> Root {
    try Root(openingDirectoryAt: bytes, resolvingPaths: resolvingPaths)
  }
}
