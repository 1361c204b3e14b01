internal import Hashing
internal import Index
internal import Replica
internal import Scan

extension LocalReplica {
  /// The field of the rules of runs that may delete and change this replica alone, of which the latest
  /// are kept.
  private static let deletionsField = "deletions"
  private static let deletionsLimit = 16

  /// Whether such a run has come to its end before: one that left nothing out, or what this run does.
  func hasDeleted() throws(SessionError) -> Bool {
    do {
      let noted = try notedDeletions()
      return noted.contains(Filter().mark) || noted.contains(opening.filter.mark)
    } catch {
      throw SessionError(error)
    }
  }

  /// Notes such a run, to be kept with it.
  func noteDeletion() throws(IndexError) {
    let (all, mine) = (Filter().mark, opening.filter.mark)
    let noted = try notedDeletions()
    var latest = (noted.filter { $0 != mine && $0 != all } + [mine]).suffix(Self.deletionsLimit)
    // One that left nothing out is good for all.
    if noted.contains(all), mine != all { latest.append(all) }
    var bytes: [UInt8] = []
    for mark in latest { bytes.append(fixed: mark) }
    try begin()
    try index.set(Self.deletionsField, to: bytes)
  }

  private func notedDeletions() throws(IndexError) -> [UInt64] {
    var reader = ByteReader(try index.value(of: Self.deletionsField) ?? [])
    var marks: [UInt64] = []
    while let mark = try? reader.readFixed(UInt64.self) { marks.append(mark) }
    return marks
  }
}

extension Filter {
  /// What tells these rules from others: 8 bytes of their digest, or 0 for none.
  fileprivate var mark: UInt64 {
    guard !isEmpty else { return 0 }
    var bytes: [UInt8] = []
    for rule in rules {
      bytes.append(rule.includes ? 1 : 0)
      bytes.append(prefixed: rule.pattern.span)
    }
    var sha256 = SHA256()
    return sha256.digest(of: bytes).prefix
  }
}
