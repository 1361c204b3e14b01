package import Hashing
package import Merkle
package import Replica

/// The stored index of one replica: a SQLite database with one row a bucket, for one thread.
///
/// Whatever is wrong with it, it can be thrown away: a scan makes it anew.
package final class Index {
  /// The version of the tables and of what is in them.
  private static let formatVersion: Int64 = 2

  /// The identity of the replica, drawn when the index was made.
  package private(set) var replica: ReplicaID
  /// The last epochs that the replica has been in, ascending; none before the first.
  package private(set) var epochs: [UInt64] = []
  /// What is known of all replicas.
  package private(set) var knowledge = Knowledge()
  /// Whether the replica had taken part in no run with another when the index was opened.
  package let isNew: Bool

  /// The sum of the checksums of all rows, by which a row that is lost without a trace is missed.
  package private(set) var rowSum = Digest.zero
  private var storedRowSum = Digest.zero

  let database: Database
  private var sha256 = SHA256()

  /// Opens the index in the file at `path`, on which there may be no link, or makes one for the
  /// replica `newReplica`.
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
    guard found == 0 || found == Self.formatVersion else { throw .corrupt }
    if found == 0 { try Self.makeTables(in: database, newReplica) }
    // One of an earlier version has none.
    try database.execute(Self.chunkTables + Self.modeTable + Self.placeTable)
    let peer = try database.prepare("SELECT 1 FROM peer LIMIT 1")
    isNew = try !peer.step()
    peer.reset()
    replica = ReplicaID(rawValue: 0)
    try readFields()
  }

  /// Reads what is kept in memory, too.
  private func readFields() throws(IndexError) {
    do {
      let bytes = try value(of: "identity") ?? []
      var reader = ByteReader(bytes)
      replica = ReplicaID(rawValue: try reader.readFixed())
      epochs = []
      for _ in 0..<(try reader.readCount(atMost: Self.epochLimit)) {
        let (epoch, overflows) = (epochs.last ?? 0).addingReportingOverflow(try reader.readVarint())
        guard !overflows, epoch <= Self.lastEpoch else { throw IndexError.corrupt }
        epochs.append(epoch)
      }
      knowledge = try Knowledge(from: &reader)
      let digest = try reader.readDigest()
      guard reader.isAtEnd, sha256.digest(of: bytes.dropLast(Digest.byteCount)) == digest else {
        throw IndexError.corrupt
      }
    } catch let error as IndexError {
      throw error
    } catch {
      throw .corrupt
    }
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
      CREATE TABLE expected (key BLOB PRIMARY KEY, entry BLOB) WITHOUT ROWID;
      CREATE TABLE peer (
        replica INTEGER, name BLOB, seen INTEGER, PRIMARY KEY (replica, name));
      """)
    let insert = try database.prepare("INSERT INTO field VALUES (CAST('identity' AS BLOB), ?)")
    try insert.bind(0, identity(of: replica, [], Knowledge()))
    try insert.run()
    try database.execute("PRAGMA user_version = \(formatVersion); COMMIT")
  }

  /// Makes this replica another one, as after it was copied: what it has seen stays, and what it
  /// does from now on counts as the new one's.
  package func take(identity: ReplicaID) throws(IndexError) {
    knowledge.inherit(from: replica, by: identity)
    replica = identity
    epochs = []
    try take(knowledge)
  }

  /// Keeps what is known of all replicas.
  package func take(_ knowledge: Knowledge) throws(IndexError) {
    try set("identity", to: Self.identity(of: replica, epochs, knowledge))
    self.knowledge = knowledge
  }

  /// Goes on to `epoch`, and keeps what is known of all replicas.
  package func take(epoch: UInt64, _ knowledge: Knowledge) throws(IndexError) {
    epochs = epochs.suffix(Self.epochLimit - 1) + [epoch]
    try take(knowledge)
  }

  /// The epoch that the replica's last changes were made in; 0 before the first.
  package var epoch: UInt64 { epochs.last ?? 0 }

  /// Beyond it there is no room to count on; nobody comes so far by running.
  private static let lastEpoch: UInt64 = 1 << 62
  /// How many epochs are remembered.
  private static let epochLimit = 64

  /// Who the replica is and what it knows of others, and a checksum.
  private static func identity(
    of replica: ReplicaID, _ epochs: [UInt64], _ knowledge: Knowledge
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(fixed: replica.rawValue)
    bytes.append(count: epochs.count)
    for (former, epoch) in zip([0] + epochs, epochs) { bytes.append(varint: epoch &- former) }
    knowledge.encode(to: &bytes)
    var sha256 = SHA256()
    sha256.digest(of: bytes).append(to: &bytes)
    return bytes
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
    let replace = try database.prepare("INSERT OR REPLACE INTO field VALUES (?, ?)")
    try replace.bind(0, Array(name.utf8))
    try replace.bind(1, value)
    try replace.run()
  }

  /// Begins a transaction.
  package func begin() throws(IndexError) {
    try database.prepare("BEGIN IMMEDIATE").run()
  }

  /// Makes all since ``begin()`` durable.
  package func commit() throws(IndexError) {
    if rowSum != storedRowSum { try set("rows", to: rowSum.bytes) }
    try database.prepare("COMMIT").run()
    storedRowSum = rowSum
  }

  /// Takes all since ``begin()`` back, unless SQLite has done so itself, as when the disk was full.
  package func rollback() throws(IndexError) {
    if database.isInTransaction { try database.prepare("ROLLBACK").run() }
    try readFields()
  }

  /// Up to `limit` rows in key order, from the first key not before `key` on.
  package func rows(from key: [UInt8], limit: Int) throws(IndexError) -> [BucketRow] {
    let select = try database.prepare(
      "SELECT \(BucketRow.columns) FROM bucket WHERE first_key >= ?1 ORDER BY first_key LIMIT ?2")
    try select.bind(0, key)
    try select.bind(1, Int64(limit))
    defer { select.reset() }
    var rows: [BucketRow] = []
    while try select.step() { rows.append(try BucketRow(from: select, using: &sha256)) }
    return rows
  }

  /// What stands in a tree for up to `limit` rows in key order, from the first key not before `key`
  /// on; unlike the rows it is not checked again.
  package func summaries(from key: [UInt8], limit: Int) throws(IndexError) -> [BucketSummary] {
    let select = try database.prepare(
      "SELECT \(BucketRow.summaryColumns) FROM bucket WHERE first_key >= ?1"
        + " ORDER BY first_key LIMIT ?2")
    try select.bind(0, key)
    try select.bind(1, Int64(limit))
    defer { select.reset() }
    var summaries: [BucketSummary] = []
    while try select.step() { summaries.append(try BucketRow.summary(from: select)) }
    return summaries
  }

  /// The row whose entries `key` is among or would come behind; nil if `key` is before them all.
  package func row(containing key: [UInt8]) throws(IndexError) -> BucketRow? {
    let select = try database.prepare(
      "SELECT \(BucketRow.columns) FROM bucket WHERE first_key <= ?1"
        + " ORDER BY first_key DESC LIMIT 1")
    try select.bind(0, key)
    defer { select.reset() }
    guard try select.step() else { return nil }
    return try BucketRow(from: select, using: &sha256)
  }

  /// The first key of the row whose entries `key` is among or would come behind; nil if `key` is
  /// before them all.
  package func firstKey(notBehind key: [UInt8]) throws(IndexError) -> [UInt8]? {
    try firstKey(
      "SELECT first_key FROM bucket WHERE first_key <= ?1 ORDER BY first_key DESC LIMIT 1", key)
  }

  /// The first key of the row behind the one that begins with `key`.
  package func firstKey(after key: [UInt8]) throws(IndexError) -> [UInt8]? {
    try firstKey(
      "SELECT first_key FROM bucket WHERE first_key > ?1 ORDER BY first_key LIMIT 1", key)
  }

  private func firstKey(_ text: String, _ key: [UInt8]) throws(IndexError) -> [UInt8]? {
    let select = try database.prepare(text)
    try select.bind(0, key)
    defer { select.reset() }
    return try select.step() ? select.bytes(0) : nil
  }

  func delete(_ row: BucketRow) throws(IndexError) {
    let delete = try database.prepare("DELETE FROM bucket WHERE first_key = ?")
    try delete.bind(0, row.summary.firstKey)
    try delete.run()
    rowSum = rowSum.combined(with: row.checksum)
  }

  func insert(_ summary: BucketSummary, _ entries: [UInt8], _ stamps: [UInt8])
    throws(IndexError)
  {
    let checksum = BucketRow.checksum(of: summary, entries, stamps, using: &sha256)
    let insert = try database.prepare(
      "INSERT INTO bucket (\(BucketRow.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    try insert.bind(0, summary.firstKey)
    try insert.bind(1, Int64(bitPattern: summary.boundary.rawValue))
    try insert.bind(2, Int64(summary.entryCount))
    try insert.bind(3, Int64(summary.liveCount))
    try insert.bind(4, summary.endsLive ? 1 : 0)
    try insert.bind(5, summary.state.bytes)
    try insert.bind(6, summary.content.bytes)
    try insert.bind(7, entries)
    try insert.bind(8, stamps)
    try insert.bind(9, checksum.bytes)
    try insert.run()
    rowSum = rowSum.combined(with: checksum)
  }
}
