package import Replica

/// A mode that a directory has for the time of a run, because its owner could change nothing in it by the
/// one that it has otherwise. Modes are permission and set-id bits.
package struct TemporaryMode: Equatable, Sendable {
  /// The directory.
  package let path: Path
  /// Its mode when the run is over.
  package let later: UInt16
  /// Its mode until then.
  package let now: UInt16

  /// The mode of a directory that is to have the mode `later` and must be workable now.
  package init(_ path: Path, later: UInt16) {
    self.init(path, later: later, now: later | 0o700)
  }

  init(_ path: Path, later: UInt16, now: UInt16) {
    self.path = path
    self.later = later
    self.now = now
  }
}

/// Modes are noted before directories get them and until they have their own again: so the next run mends
/// what a killed one has left, and nobody takes it for a user's doing.
extension Index {
  static let modeTable = """
    CREATE TABLE IF NOT EXISTS mode (key BLOB PRIMARY KEY, later INTEGER, now INTEGER)
      WITHOUT ROWID;
    """

  /// Notes a mode, within the transaction that is open.
  package func note(_ mode: TemporaryMode) throws(IndexError) {
    let insert = try database.prepare("INSERT OR REPLACE INTO mode VALUES (?, ?, ?)")
    try insert.bind(0, mode.path.key)
    try insert.bind(1, Int64(mode.later))
    try insert.bind(2, Int64(mode.now))
    try insert.run()
  }

  /// The modes that are noted, in the order of the paths.
  package func temporaryModes() throws(IndexError) -> [TemporaryMode] {
    let select = try database.prepare("SELECT key, later, now FROM mode ORDER BY key")
    var modes: [TemporaryMode] = []
    while try select.step() {
      guard let path = try? Path(key: select.bytes(0)) else { throw .corrupt }
      let (later, now) = (select.integer(1), select.integer(2))
      guard 0...0o7777 ~= later, 0...0o7777 ~= now else { throw .corrupt }
      modes.append(TemporaryMode(path, later: UInt16(later), now: UInt16(now)))
    }
    return modes
  }

  /// Forgets the mode of one directory, within the transaction that is open.
  package func forgetMode(of path: Path) throws(IndexError) {
    let delete = try database.prepare("DELETE FROM mode WHERE key = ?")
    try delete.bind(0, path.key)
    try delete.run()
  }
}
