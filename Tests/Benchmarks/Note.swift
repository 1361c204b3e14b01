import FileSystem
import Foundation
import TestSupport

/// A file by which one process tells numbers to another that waits for it.
enum Note {
  /// Writes it so that whoever sees the file sees all of it.
  static func write(_ text: String, to file: String) throws {
    try makeFile(file + ".new", text)
    guard rename(file + ".new", file) == 0 else { throw SystemFailure("rename \(file)") }
  }

  /// Waits for the file, which may be written a moment after the run has ended, and returns what
  /// `read` makes of it.
  static func await<Content>(
    _ file: String, limitSeconds: Int64 = 5, _ read: (String) -> Content?
  ) throws -> Content {
    let deadline = monotonicNanoseconds() + limitSeconds * 1_000_000_000
    while monotonicNanoseconds() < deadline {
      if let text = try? String(contentsOfFile: file, encoding: .utf8), let content = read(text) {
        return content
      }
      usleep(1_000)
    }
    throw SystemFailure(file, code: ETIMEDOUT)
  }
}
