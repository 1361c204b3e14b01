package import Chunks
package import Hashing
package import Replica

/// The chunks of large files, so that none is read again to be described. What is kept of a path is
/// good for the content with the digest that it was kept for, and costs no more than a reading if it
/// is lost.
extension Index {
  static let chunkTables = """
    CREATE TABLE IF NOT EXISTS chunks (key BLOB PRIMARY KEY, digest BLOB, list BLOB);
    CREATE TABLE IF NOT EXISTS sketch (
      fingerprint INTEGER, key BLOB, PRIMARY KEY (fingerprint, key)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS sketch_key ON sketch (key);
    """

  /// Keeps the chunks of the file at `path`, whose content has `digest`, within the transaction that
  /// is open.
  package func keep(
    _ chunks: ChunkList, of path: Path, _ digest: Digest
  ) throws(IndexError) {
    try forgetChunks(of: path.key)
    var list: [UInt8] = []
    chunks.encode(to: &list)
    let insert = try database.prepare("INSERT INTO chunks VALUES (?, ?, ?)")
    try insert.bind(0, path.key)
    try insert.bind(1, digest.bytes)
    try insert.bind(2, list)
    try insert.run()
    let insertSketch = try database.prepare("INSERT OR IGNORE INTO sketch VALUES (?, ?)")
    for fingerprint in chunks.sketch {
      try insertSketch.bind(0, Int64(bitPattern: fingerprint))
      try insertSketch.bind(1, path.key)
      try insertSketch.run()
    }
  }

  /// The chunks of the file at `path`, if they were kept for the content with these attributes.
  package func chunks(
    of path: Path, _ attributes: Attributes
  ) throws(IndexError) -> ChunkList? {
    try chunks(of: path, digest: attributes.digest, byteCount: attributes.size)
  }

  /// The chunks of the file at `path`, if they were kept for the content with this digest and size.
  package func chunks(
    of path: Path, digest: Digest, byteCount: Int64
  ) throws(IndexError) -> ChunkList? {
    let select = try database.prepare("SELECT list FROM chunks WHERE key = ? AND digest = ?")
    try select.bind(0, path.key)
    try select.bind(1, digest.bytes)
    defer { select.reset() }
    guard try select.step() else { return nil }
    // What was damaged is of no use, and of no harm: the file is read instead.
    return try? ChunkList(encoded: select.bytes(0), byteCount: byteCount)
  }

  /// The most files that are looked at for each fingerprint: many more may have it.
  private static let candidateCount = 256

  /// The paths of files whose chunks are likely to be those of a content with `sketch`, the likeliest
  /// first.
  package func paths(
    like sketch: [UInt64], limit: Int
  ) throws(IndexError) -> [Path] {
    let select = try database.prepare(
      "SELECT key, digest FROM sketch JOIN chunks USING (key) WHERE fingerprint = ?"
        + " LIMIT \(Self.candidateCount)")
    var candidates: [[UInt8]: (digest: Digest?, count: Int)] = [:]
    for fingerprint in sketch {
      try select.bind(0, Int64(bitPattern: fingerprint))
      while try select.step() {
        candidates[select.bytes(0), default: (select.digest(1), 0)].count += 1
      }
      select.reset()
    }
    var paths: [Path] = []
    for (key, candidate) in candidates.sorted(by: {
      ($1.value.count, Path(uncheckedKey: $0.key)) < ($0.value.count, Path(uncheckedKey: $1.key))
    }) where paths.count < limit {
      if try holds(candidate.digest, at: key) { paths.append(Path(uncheckedKey: key)) }
    }
    return paths
  }

  /// Forgets chunks that are no file's any more, when that is likely to be half of what is kept.
  package func sweepChunks() throws(IndexError) {
    let count = try database.prepare("SELECT COUNT(*) FROM chunks")
    guard try count.step() else { return }
    let keptCount = count.integer(0)
    count.reset()
    var reader = ByteReader(try value(of: "chunks") ?? [])
    var sweptCount = (try? reader.readFixed(Int64.self)) ?? 0
    // A count that cannot be read, or cannot be, is none.
    if !(0...keptCount).contains(sweptCount) { sweptCount = 0 }
    guard keptCount > 2 * sweptCount + 32 else { return }
    var kept: [(key: [UInt8], digest: Digest?)] = []
    let select = try database.prepare("SELECT key, digest FROM chunks")
    while try select.step() { kept.append((select.bytes(0), select.digest(1))) }
    var leftCount: Int64 = 0
    for (key, digest) in kept {
      if try holds(digest, at: key) {
        leftCount += 1
      } else {
        try forgetChunks(of: key)
      }
    }
    var bytes: [UInt8] = []
    bytes.append(fixed: leftCount)
    try set("chunks", to: bytes)
  }

  /// Whether the file with a key has a digest, now.
  private func holds(_ digest: Digest?, at key: [UInt8]) throws(IndexError) -> Bool {
    guard let digest else { return false }
    return try row(containing: key)?.bucket.digest(at: key) == digest
  }

  /// Forgets what is kept of the file with a key, within the transaction that is open.
  package func forgetChunks(of key: [UInt8]) throws(IndexError) {
    for table in ["chunks", "sketch"] {
      let delete = try database.prepare("DELETE FROM \(table) WHERE key = ?")
      try delete.bind(0, key)
      try delete.run()
    }
  }
}

extension Bucket {
  /// The digest of the file with a key; nil if there is none.
  fileprivate func digest(at key: [UInt8]) -> Digest? {
    guard let position = run.index(of: key.span) else { return nil }
    let attributes = run.attributes(at: position)
    return attributes.kind == .file ? attributes.digest : nil
  }
}
