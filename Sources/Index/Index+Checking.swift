internal import Hashing
internal import Replica

extension Index {
  /// Whether the index in the file at `path`, which nobody may have open, can be read and makes sense: all
  /// of it. SQLite tells a read that has failed as damage, and most such failures pass.
  package static func isSound(at path: [UInt8]) throws(IndexError) -> Bool {
    do {
      let index = try Index(path: path, newReplica: ReplicaID(rawValue: 0), syncs: true)
      try index.check()
      return true
    } catch {
      guard error == .corrupt else { throw error }
      return false
    }
  }

  private func check() throws(IndexError) {
    let check = try database.prepare("PRAGMA integrity_check(1)")
    guard try check.step(), check.bytes(0) == Array("ok".utf8) else { throw .corrupt }
    check.reset()
    try checkRows()
    _ = (try expected(), try temporaryModes(), try peers(), try lastRuns())
    // Of these the statements alone can be damaged: what they say is of no harm.
    for columns in Self.otherColumns {
      let select = try database.prepare("SELECT \(columns)")
      while try select.step() {}
    }
  }

  private static let otherColumns = [
    "key, digest, list FROM chunks", "fingerprint, key FROM sketch",
    "place, replica, seen FROM place",
  ]

  private func checkRows() throws(IndexError) {
    var sum = Digest.zero
    var last: Path?
    while true {
      // The key behind the last: what begins with it is not before it.
      let rows = try rows(from: last.map { $0.key + [0] } ?? [], limit: Self.checkedRowCount)
      for row in rows {
        guard last.map({ $0 < row.bucket.run.path(at: 0) }) ?? true else { throw .corrupt }
        last = row.bucket.run.path(at: row.bucket.count - 1)
        sum = sum.combined(with: row.checksum)
      }
      if rows.count < Self.checkedRowCount { break }
    }
    guard sum == rowSum else { throw .corrupt }
  }

  private static let checkedRowCount = 64
}
