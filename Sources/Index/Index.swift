package import Hashing
internal import Merkle
package import Replica

/// The stored index of one replica: a SQLite database with one row a bucket, for one thread.
///
/// Whatever is wrong with it, it can be thrown away: a scan makes it anew.
package final class Index {
  /// The version of the tables and of what is in them.
  private static let formatVersion: Int64 = 1

  /// The identity of the replica, drawn when the index was made.
  package private(set) var replica: ReplicaID
  /// Whether the index was made by this opening.
  package let isNew: Bool

  /// The sum of the checksums of all rows, by which a row that is lost without a trace is missed.
  package private(set) var rowSum = Digest.zero
  private var storedRowSum = Digest.zero

  let database: Database
  private var sha256 = SHA256()
  private let selectFrom: Statement
  private let selectContaining: Statement
  private let selectNextKey: Statement
  private let insertRow: Statement
  private let deleteRow: Statement

  /// Opens the index in the file at `path`, or makes one for the replica `newReplica`.
  ///
  /// With `syncs` false, a commit does not wait for the disk.
  package init(path: [UInt8], newReplica: ReplicaID, syncs: Bool) throws(IndexError) {
    database = try Database(path: path)
    try database.execute(
      """
      PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = TRUNCATE;
      PRAGMA synchronous = \(syncs ? "FULL" : "OFF"); PRAGMA cache_size = -4096;
      """)
    let version = try database.prepare("PRAGMA user_version")
    guard try version.step() else { throw .corrupt }
    let found = version.integer(0)
    version.reset()
    guard found <= Self.formatVersion else { throw .laterVersion(found) }
    isNew = found == 0
    if isNew { try Self.makeTables(in: database, newReplica) }
    selectFrom = try database.prepare(
      "SELECT \(BucketRow.columns) FROM bucket WHERE first_key >= ?1 ORDER BY first_key LIMIT ?2")
    selectContaining = try database.prepare(
      "SELECT \(BucketRow.columns) FROM bucket WHERE first_key <= ?1 ORDER BY first_key DESC LIMIT 1"
    )
    selectNextKey = try database.prepare(
      "SELECT first_key FROM bucket WHERE first_key > ?1 ORDER BY first_key LIMIT 1")
    insertRow = try database.prepare(
      "INSERT INTO bucket (\(BucketRow.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    deleteRow = try database.prepare("DELETE FROM bucket WHERE first_key = ?")
    replica = ReplicaID(rawValue: 0)
    guard let bytes = try value(of: "replica"), bytes.count == 8 else { throw .corrupt }
    replica = try Self.replica(from: bytes)
    try readRowSum()
  }

  private func readRowSum() throws(IndexError) {
    let bytes = try value(of: "rows") ?? Digest.zero.bytes
    guard bytes.count == Digest.byteCount else { throw .corrupt }
    rowSum = Digest(bytes.span.bytes)
    storedRowSum = rowSum
  }

  private static func makeTables(
    in database: Database, _ replica: ReplicaID
  ) throws(IndexError) {
    try database.execute(
      """
      BEGIN;
      CREATE TABLE field (name BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID;
      CREATE TABLE bucket (first_key BLOB UNIQUE, boundary INTEGER, entry_count INTEGER,
        live_count INTEGER, ends_live INTEGER, state BLOB, content BLOB, entries BLOB,
        stamps BLOB, checksum BLOB);
      CREATE TABLE run (finished INTEGER, peer BLOB, exit_code INTEGER, item_count INTEGER);
      CREATE TABLE peer (replica INTEGER PRIMARY KEY, name BLOB, seen INTEGER);
      """)
    let insert = try database.prepare("INSERT INTO field VALUES (CAST('replica' AS BLOB), ?)")
    var bytes: [UInt8] = []
    bytes.append(fixed: replica.rawValue)
    try insert.bind(0, bytes)
    try insert.run()
    try database.execute("PRAGMA user_version = \(formatVersion); COMMIT")
  }

  private static func replica(from bytes: [UInt8]) throws(IndexError) -> ReplicaID {
    var reader = ByteReader(bytes)
    do { return ReplicaID(rawValue: try reader.readFixed()) } catch { throw .corrupt }
  }

  /// Makes this replica another one, as after it was copied: what it has seen stays, and what it
  /// does from now on counts as the new one's.
  package func take(identity: ReplicaID) throws(IndexError) {
    var bytes: [UInt8] = []
    bytes.append(fixed: identity.rawValue)
    try set("replica", to: bytes)
    replica = identity
  }

  /// The bytes kept under `name`, or nil.
  package func value(of name: String) throws(IndexError) -> [UInt8]? {
    let select = try database.prepare("SELECT value FROM field WHERE name = ?")
    try select.bind(0, Array(name.utf8))
    guard try select.step() else { return nil }
    defer { select.reset() }
    return select.bytes(0)
  }

  /// Keeps bytes under `name`.
  package func set(_ name: String, to value: [UInt8]) throws(IndexError) {
    let insert = try database.prepare("INSERT OR REPLACE INTO field VALUES (?, ?)")
    try insert.bind(0, Array(name.utf8))
    try insert.bind(1, value)
    try insert.run()
  }

  /// Begins a transaction.
  package func begin() throws(IndexError) { try database.execute("BEGIN IMMEDIATE") }

  /// Makes all since ``begin()`` durable.
  package func commit() throws(IndexError) {
    if rowSum != storedRowSum { try set("rows", to: rowSum.bytes) }
    try database.execute("COMMIT")
    storedRowSum = rowSum
  }

  /// Takes all since ``begin()`` back.
  package func rollback() throws(IndexError) {
    try database.execute("ROLLBACK")
    try readRowSum()
  }

  /// Up to `limit` rows in key order, from the first key not before `key` on.
  package func rows(from key: [UInt8], limit: Int) throws(IndexError) -> [BucketRow] {
    try selectFrom.bind(0, key)
    try selectFrom.bind(1, Int64(limit))
    defer { selectFrom.reset() }
    var rows: [BucketRow] = []
    while try selectFrom.step() { rows.append(try BucketRow(from: selectFrom, using: &sha256)) }
    return rows
  }

  /// The row whose entries `key` is among or would come behind; nil if `key` is before them all.
  package func row(containing key: [UInt8]) throws(IndexError) -> BucketRow? {
    try selectContaining.bind(0, key)
    defer { selectContaining.reset() }
    guard try selectContaining.step() else { return nil }
    return try BucketRow(from: selectContaining, using: &sha256)
  }

  /// The first key of the row behind the one that begins with `key`.
  package func firstKey(after key: [UInt8]) throws(IndexError) -> [UInt8]? {
    try selectNextKey.bind(0, key)
    defer { selectNextKey.reset() }
    return try selectNextKey.step() ? selectNextKey.bytes(0) : nil
  }

  func delete(_ row: BucketRow) throws(IndexError) {
    try deleteRow.bind(0, row.summary.firstKey)
    try deleteRow.run()
    rowSum = rowSum.combined(with: row.checksum)
  }

  func insert(_ summary: BucketSummary, _ entries: [UInt8], _ stamps: [UInt8])
    throws(IndexError)
  {
    let checksum = BucketRow.checksum(of: summary, entries, stamps, using: &sha256)
    try insertRow.bind(0, summary.firstKey)
    try insertRow.bind(1, Int64(bitPattern: summary.boundary.rawValue))
    try insertRow.bind(2, Int64(summary.entryCount))
    try insertRow.bind(3, Int64(summary.liveCount))
    try insertRow.bind(4, summary.endsLive ? 1 : 0)
    try insertRow.bind(5, summary.state.bytes)
    try insertRow.bind(6, summary.content.bytes)
    try insertRow.bind(7, entries)
    try insertRow.bind(8, stamps)
    try insertRow.bind(9, checksum.bytes)
    try insertRow.run()
    rowSum = rowSum.combined(with: checksum)
  }
}
