package import FileSystem
internal import Glibc

/// A directory of its own for one test, removed with all that is in it at the end.
package final class TemporaryDirectory: Sendable {
  /// The directory's absolute path, without links on the way.
  package let path: String

  /// Creates the directory in `parent` (the C function `mkdtemp(3)`).
  package init(below parent: String = "/tmp") throws {
    var template = Array("\(parent)/treemend-test.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemFailure("mkdtemp in \(parent)") }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    // `rm` rather than `FileManager`, which takes only names that are valid UTF-8.
    // A million files on a disk take minutes.
    _ = try? ProgramRun("rm", ["-rf", "--", path], timeLimitSeconds: 3_600)
  }

  /// The bytes of the path.
  package var bytes: [UInt8] { Array(path.utf8) }

  /// Opens the directory as a root.
  package func root(resolvingPaths: Bool = true) throws(SystemError) -> Root {
    try Root(openingDirectoryAt: bytes, resolvingPaths: resolvingPaths)
  }

  /// The path of `name` in the directory.
  package func appending(_ name: String) -> String {
    "\(path)/\(name)"
  }
}

/// A system call that a test's set-up needed and that failed.
package struct SystemFailure: Error, CustomStringConvertible {
  /// What failed, and why.
  package let description: String

  /// Takes the reason from `errno`, unless it is given.
  package init(_ what: String, code: Int32 = errno) {
    description = "\(what): \(String(cString: strerror(code)))"
  }
}
