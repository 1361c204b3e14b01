internal import CLinux
internal import Glibc

/// What was seen of a name.
package enum Sighting: BitwiseCopyable, Sendable {
  /// Nobody has looked.
  case unlooked
  /// There is no status, for this `errno`: `ENOENT` if nothing has the name.
  case failed(CInt)
  /// The status of what has the name, of a link its own.
  case status(Status)

  /// Whether a directory was seen.
  package var isDirectory: Bool {
    if case .status(let status) = self { status.kind == .directory } else { false }
  }

  /// Whether nothing has the name.
  package var isAbsence: Bool {
    if case .failed(let code) = self { Self.error(code).isAbsence } else { false }
  }

  /// The error behind an `errno` that was seen.
  package static func error(_ code: CInt) -> SystemError { SystemError(call: "statx", code: code) }
}

/// Looks at names that are known, with one buffer for all of them.
///
/// PERF: the hottest code of a scan that finds nothing changed.
package struct Lookout: ~Copyable {
  private var name = [CChar](repeating: 0, count: 256)
  private var status = linux_status()

  /// Creates one that has looked at nothing.
  package init() {}

  /// Looks at `name` in `directory`, unless it is more than one name of a key.
  package mutating func look(
    at name: Span<UInt8>, in directory: borrowing Directory
  ) -> Sighting {
    guard name.count < self.name.count else { return .unlooked }
    for index in name.indices {
      let byte = name[index]
      if byte == 0 { return .unlooked }
      self.name[index] = CChar(bitPattern: byte)
    }
    self.name[name.count] = 0
    do throws(SystemError) {
      _ = try systemCall("statx") {
        // SAFETY: the name ends in a zero, and the call keeps no pointer.
        unsafe linux_status_at(directory.descriptor, self.name, &status)
      }
      return .status(Status(status))
    } catch {
      return .failed(error.code)
    }
  }
}
