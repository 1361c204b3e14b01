package import Replica

extension Index {
  /// Notes what a batch of changes is to bring about, durably, before the first is made: if the run
  /// is killed in the middle, the next scan takes what it finds for that, and not for a user's doing.
  package func expect(_ entries: [Entry]) throws(IndexError) {
    var all = try expected()
    if all.isEmpty, zip(entries, entries.dropFirst()).allSatisfy({ $0.path < $1.path }) {
      return try setExpected(entries)
    }
    for entry in entries { all[entry.path] = entry }
    try setExpected(all.values.sorted { $0.path < $1.path })
  }

  private func setExpected(_ sorted: [Entry]) throws(IndexError) {
    try clearExpected()
    let insert = try database.prepare("INSERT INTO expected VALUES (?, ?)")
    var run = EntryRun()
    for (index, entry) in sorted.enumerated() {
      run.append(entry)
      guard run.count == Self.expectedRunCount || index + 1 == sorted.count else { continue }
      var bytes: [UInt8] = []
      run.encode(to: &bytes)
      try insert.bind(0, run.key(at: 0))
      try insert.bind(1, bytes)
      try insert.run()
      run.removeAll()
    }
  }

  /// The most entries of one row.
  private static let expectedRunCount = 512

  /// What the last batch was to bring about, if it did not come to its end.
  package func expected() throws(IndexError) -> [Path: Entry] {
    let select = try database.prepare("SELECT entry FROM expected ORDER BY key")
    var entries: [Path: Entry] = [:]
    while try select.step() {
      var reader = ByteReader(select.bytes(0))
      do {
        let run = try EntryRun(from: &reader, limit: Self.expectedRunCount)
        for index in 0..<run.count { entries[run.path(at: index)] = run.entry(at: index) }
      } catch {
        throw .corrupt
      }
    }
    return entries
  }

  /// Forgets all that was expected.
  package func clearExpected() throws(IndexError) {
    try database.prepare("DELETE FROM expected").run()
  }

  /// Forgets what was expected at these paths, because it is known what is there.
  package func clearExpected(at paths: some Sequence<Path>) throws(IndexError) {
    var left = try expected()
    guard !left.isEmpty else { return }
    for path in paths { left[path] = nil }
    try setExpected(left.values.sorted { $0.path < $1.path })
  }
}
