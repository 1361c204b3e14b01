package import Replica

/// One run that a replica took part in.
package struct RunRecord: Sendable {
  /// When it ended, in nanoseconds since 1970.
  package let finished: Int64
  /// The replica at the other end, as the user named it.
  package let peer: [UInt8]
  /// The exit code.
  package let exitCode: UInt8
  /// How many changes were made.
  package let itemCount: Int

  /// Creates a record.
  package init(finished: Int64, peer: [UInt8], exitCode: UInt8, itemCount: Int) {
    self.finished = finished
    self.peer = peer
    self.exitCode = exitCode
    self.itemCount = itemCount
  }
}

/// A replica that this one has met.
package struct PeerRecord: Sendable {
  /// Its identity.
  package let replica: ReplicaID
  /// As the user named it.
  package let name: [UInt8]
  /// When it was met last, in nanoseconds since 1970.
  package let seen: Int64

  /// Creates a record.
  package init(replica: ReplicaID, name: [UInt8], seen: Int64) {
    self.replica = replica
    self.name = name
    self.seen = seen
  }
}

extension Index {
  /// How many runs are remembered.
  private static let runLimit = 20

  /// Remembers a run.
  package func remember(_ run: RunRecord) throws(IndexError) {
    let insert = try database.prepare("INSERT INTO run VALUES (?, ?, ?, ?)")
    try insert.bind(0, run.finished)
    try insert.bind(1, run.peer)
    try insert.bind(2, Int64(run.exitCode))
    try insert.bind(3, Int64(run.itemCount))
    try insert.run()
    try database.prepare(
      "DELETE FROM run WHERE rowid <= (SELECT max(rowid) FROM run) - \(Self.runLimit)"
    ).run()
  }

  static let placeTable = """
    CREATE TABLE IF NOT EXISTS place (place INTEGER PRIMARY KEY, replica INTEGER, seen INTEGER);
    """
  /// For how long a place is remembered at which nobody is met, in nanoseconds: two years.
  private static let placeRetention = Knowledge.retention

  /// Remembers having met a replica, and where its root was.
  package func remember(_ peer: PeerRecord, at place: UInt64) throws(IndexError) {
    let met = try database.prepare("INSERT OR REPLACE INTO peer VALUES (?, ?, ?)")
    try met.bind(0, Int64(bitPattern: peer.replica.rawValue))
    try met.bind(1, peer.name)
    try met.bind(2, peer.seen)
    try met.run()
    let seen = try database.prepare("INSERT OR REPLACE INTO place VALUES (?, ?, ?)")
    try seen.bind(0, Int64(bitPattern: place))
    try seen.bind(1, Int64(bitPattern: peer.replica.rawValue))
    try seen.bind(2, peer.seen)
    try seen.run()
    let forget = try database.prepare("DELETE FROM place WHERE seen < ?")
    try forget.bind(0, peer.seen.subtractingReportingOverflow(Self.placeRetention).partialValue)
    try forget.run()
  }

  /// The last runs, the latest first.
  package func lastRuns() throws(IndexError) -> [RunRecord] {
    let select = try database.prepare(
      "SELECT finished, peer, exit_code, item_count FROM run ORDER BY rowid DESC")
    var runs: [RunRecord] = []
    while try select.step() {
      runs.append(
        RunRecord(
          finished: select.integer(0), peer: select.bytes(1),
          exitCode: UInt8(truncatingIfNeeded: select.integer(2)),
          itemCount: Int(select.integer(3))))
    }
    return runs
  }

  /// Whether a replica that was never met has its root where another was met last, or has the name that
  /// the user gave another, if there is one that means the same everywhere.
  package func isStranger(
    _ replica: ReplicaID, at place: UInt64, named name: [UInt8]? = nil
  ) throws(IndexError) -> Bool {
    let select = try database.prepare(
      """
      SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM peer WHERE replica = ?2)
        AND (EXISTS (SELECT 1 FROM place WHERE place = ?1)
          OR EXISTS (SELECT 1 FROM peer WHERE name = ?3 AND name != x''))
      """)
    try select.bind(0, Int64(bitPattern: place))
    try select.bind(1, Int64(bitPattern: replica.rawValue))
    try select.bind(2, name ?? [])
    defer { select.reset() }
    return try select.step()
  }

  /// The replicas met, the latest first, each where it was met last.
  package func peers() throws(IndexError) -> [PeerRecord] {
    let select = try database.prepare(
      "SELECT replica, name, max(seen) AS last FROM peer GROUP BY replica ORDER BY last DESC")
    var peers: [PeerRecord] = []
    while try select.step() {
      let replica = ReplicaID(rawValue: UInt64(bitPattern: select.integer(0)))
      peers.append(
        PeerRecord(replica: replica, name: select.bytes(1), seen: select.integer(2)))
    }
    return peers
  }
}
