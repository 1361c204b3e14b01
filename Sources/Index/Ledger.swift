package import Replica

/// What a comparison found to differ, sorted by key: a temporary database that grows on disk and
/// not in memory.
package final class Ledger {
  /// A path that is different.
  package struct Difference: Sendable {
    /// The path.
    package let path: Path
    /// The other end's entry, if it has one there that differs.
    package let theirs: Entry?
  }

  private let database: Database
  private let insertMine: Statement
  private let insertTheirs: Statement
  private let selectFrom: Statement
  private let selectAt: Statement

  /// Creates an empty ledger.
  package init() throws(IndexError) {
    database = try Database(path: [])
    try database.execute(
      """
      PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA cache_size = -2048;
      CREATE TABLE difference (key BLOB PRIMARY KEY, theirs BLOB) WITHOUT ROWID;
      """)
    insertMine = try database.prepare(
      "INSERT INTO difference VALUES (?, NULL) ON CONFLICT DO NOTHING")
    insertTheirs = try database.prepare(
      "INSERT INTO difference VALUES (?1, ?2) ON CONFLICT DO UPDATE SET theirs = ?2")
    selectFrom = try database.prepare(
      "SELECT key, theirs FROM difference WHERE key > ? ORDER BY key LIMIT 256")
    selectAt = try database.prepare("SELECT theirs FROM difference WHERE key = ?")
    try database.execute("BEGIN")
  }

  /// Notes that this end has entries that the other lacks or has otherwise.
  package func add(mine run: EntryRun) throws(IndexError) {
    for index in 0..<run.count {
      try insertMine.bind(0, run.key(at: index))
      try insertMine.run()
    }
  }

  /// Notes entries of the other end that this end lacks or has otherwise.
  package func add(theirs run: EntryRun) throws(IndexError) {
    for index in 0..<run.count {
      var single = EntryRun()
      single.append(entryAt: index, of: run)
      var bytes: [UInt8] = []
      single.encode(to: &bytes)
      try insertTheirs.bind(0, run.key(at: index))
      try insertTheirs.bind(1, bytes)
      try insertTheirs.run()
    }
  }

  /// The next differences behind `key`, in key order; none at the end.
  package func differences(after key: [UInt8]) throws(IndexError) -> [Difference] {
    try selectFrom.bind(0, key)
    defer { selectFrom.reset() }
    var differences: [Difference] = []
    while try selectFrom.step() {
      let path = Path(uncheckedKey: selectFrom.bytes(0))
      let theirs = try Self.entry(from: selectFrom.bytes(1))
      differences.append(Difference(path: path, theirs: theirs))
    }
    return differences
  }

  /// The other end's entry at a path, if it is one that differs.
  package func theirs(at path: Path) throws(IndexError) -> Entry? {
    try selectAt.bind(0, path.key)
    defer { selectAt.reset() }
    return try selectAt.step() ? try Self.entry(from: selectAt.bytes(0)) : nil
  }

  /// Whether the path is one that differs.
  package func contains(_ path: Path) throws(IndexError) -> Bool {
    try selectAt.bind(0, path.key)
    defer { selectAt.reset() }
    return try selectAt.step()
  }

  private static func entry(from bytes: [UInt8]) throws(IndexError) -> Entry? {
    guard !bytes.isEmpty else { return nil }
    var reader = ByteReader(bytes)
    do {
      return try EntryRun(from: &reader, limit: 1).entry(at: 0)
    } catch {
      throw .corrupt
    }
  }
}
