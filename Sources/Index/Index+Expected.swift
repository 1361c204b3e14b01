package import Replica

extension Index {
  /// Notes what a batch of changes is to bring about, durably, before the first is made: if the run
  /// is killed in the middle, the next scan takes what it finds for that, and not for a user's doing.
  package func expect(_ entries: [Entry]) throws(IndexError) {
    let insert = try database.prepare("INSERT OR REPLACE INTO expected VALUES (?, ?)")
    for entry in entries {
      var run = EntryRun()
      run.append(entry)
      var bytes: [UInt8] = []
      run.encode(to: &bytes)
      try insert.bind(0, entry.path.key)
      try insert.bind(1, bytes)
      try insert.run()
    }
  }

  /// What the last batch was to bring about, if it did not come to its end.
  package func expected() throws(IndexError) -> [Path: Entry] {
    let select = try database.prepare("SELECT entry FROM expected")
    var entries: [Path: Entry] = [:]
    while try select.step() {
      var reader = ByteReader(select.bytes(0))
      do {
        let entry = try EntryRun(from: &reader, limit: 1).entry(at: 0)
        entries[entry.path] = entry
      } catch {
        throw .corrupt
      }
    }
    return entries
  }

  /// Forgets what was expected at these paths, because it is known what is there.
  package func clearExpected(at paths: some Sequence<Path>) throws(IndexError) {
    let delete = try database.prepare("DELETE FROM expected WHERE key = ?")
    for path in paths {
      try delete.bind(0, path.key)
      try delete.run()
    }
  }
}
