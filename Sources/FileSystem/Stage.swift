internal import Glibc
internal import Synchronization

/// The directory in which content waits for its place in the tree: on the same file system, for
/// nobody else to see, and emptied of what a killed run has left but partial files.
package struct Stage: ~Copyable, Sendable {
  /// The name of the stage in the state directory.
  package static let name = Array("stage".utf8)

  /// The stage itself.
  package let directory: Directory

  /// The first name: 128 random bits, which the others count up from.
  private let base = randomBytes(16)
  private let nameCount = Atomic<UInt64>(0)

  /// Opens the stage in `stateDirectory`, and makes it if there is none.
  package init(in stateDirectory: borrowing Directory) throws(SystemError) {
    let stage = try stateDirectory.openOrMakeDirectory(Self.name, mode: 0o700)
    try stage.setMode(0o700)
    directory = stage
  }

  /// Opens the stage of `root`; nil if it has none, or none that we may open.
  package init?(of root: Root) throws(SystemError) {
    do {
      directory = try root.openDirectory(.root)
        .openDirectory(StateDirectory.name).openDirectory(Self.name)
    } catch {
      if error.isAbsence || error.isRefusal { return nil }
      throw error
    }
  }

  /// A name that nobody can guess and nothing has: 128 bits in hexadecimal digits.
  package func makeName() -> [UInt8] {
    var carry = nameCount.add(1, ordering: .relaxed).newValue
    return hexadecimalDigits(
      of: base.map { byte in
        let sum = UInt64(byte) + (carry & 0xff)
        carry = (carry >> 8) + (sum >> 8)
        return UInt8(truncatingIfNeeded: sum)
      })
  }
}
