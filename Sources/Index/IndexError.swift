internal import CSQLite

/// Why the stored index could not be used.
package enum IndexError: Error, Equatable {
  /// SQLite reports a failure; the extended result code and its text.
  case database(code: Int32, message: String)
  /// A row or field does not hold what was written there.
  case corrupt
  /// An entry has seen the changes of more replicas than can be read again.
  case tooManyVersions
  /// The index was written by a later version of the program.
  case laterVersion(Int64)

  /// Whether the disk is full (`SQLITE_FULL`).
  package var isLackOfSpace: Bool {
    if case .database(let code, _) = self { code & 0xff == SQLITE_FULL } else { false }
  }
}
