package import Hashing
package import Replica

extension SplitMix {
  /// 32 random bytes.
  package mutating func digest() -> Digest {
    var bytes: [UInt8] = []
    for _ in 0..<4 { bytes.append(fixed: next()) }
    return Digest(bytes.span.bytes)
  }

  /// A version vector of few counters, mostly one that many entries have.
  package mutating func vector() -> VersionVector {
    var vector = VersionVector(ReplicaID(rawValue: 0x5eed))
    for _ in 0..<(next() % 4 == 0 ? next() % 4 : 0) {
      vector = vector.raised(by: ReplicaID(rawValue: next() % 3), in: 0)
    }
    return vector
  }

  /// Attributes of any kind, mostly a file's.
  package mutating func attributes() -> Attributes {
    let modified = Int64.random(in: 1_600_000_000...1_800_000_000, using: &self) * 1_000_000_000
    return switch next() % 16 {
    case 0: .directory(mode: UInt16(next() % 0o2000))
    case 1: .link(size: Int64(next() % 4096), modified: -modified, digest: digest())
    case 2: .tombstone(deleted: modified + 7)
    default:
      .file(
        mode: next() % 4 == 0 ? 0o755 : 0o644, size: Int64(next() >> (1 + next() % 63)),
        modified: modified, digest: digest())
    }
  }
}

extension EntryRun {
  /// The run of entries given in key order.
  package init(_ entries: [Entry]) {
    self.init()
    for entry in entries { append(entry) }
  }

  /// All entries.
  package var entries: [Entry] { slots.indices.map(entry(at:)) }

  /// Files with random attributes, a hundred in each directory, and the directories; about
  /// `count` entries in all.
  package static func simulated(count: Int, seed: UInt64) -> EntryRun {
    var random = SplitMix(seed: seed)
    let vector = VersionVector(ReplicaID(rawValue: 0x5eed))
    var run = EntryRun()
    for project in 0..<max(1, count / 10_000) {
      let projectKey = "project-" + padded(project, 5)
      run.append(key: projectKey, .directory(mode: 0o755), vector)
      for folder in 0..<max(1, min(100, count / 100)) {
        let folderKey = projectKey + "\0folder-" + padded(folder, 3)
        run.append(key: folderKey, .directory(mode: 0o755), vector)
        for file in 0..<min(99, count) {
          run.append(
            key: folderKey + "\0file-" + padded(file, 2) + ".txt", random.attributes(),
            random.vector())
        }
      }
    }
    return run
  }

  /// The run with the entries of `changes`, which are in key order, in place of or beside its own.
  package func replacing(_ changes: [Entry]) -> EntryRun {
    var merged = EntryRun()
    var rest = changes[...]
    for index in slots.indices {
      let path = path(at: index)
      while let next = rest.first, next.path < path { merged.append(rest.removeFirst()) }
      if rest.first?.path == path {
        merged.append(rest.removeFirst())
      } else {
        merged.append(entryAt: index, of: self)
      }
    }
    for entry in rest { merged.append(entry) }
    return merged
  }

  /// The entries whose indices `isIncluded` takes.
  package func filtered(_ isIncluded: (Int) -> Bool) -> EntryRun {
    var filtered = EntryRun()
    for index in slots.indices where isIncluded(index) {
      filtered.append(entryAt: index, of: self)
    }
    return filtered
  }

  private mutating func append(key: String, _ attributes: Attributes, _ vector: VersionVector) {
    append(key: Array(key.utf8).span, attributes: attributes, vector: vector)
  }

  private static func padded(_ number: Int, _ digitCount: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, digitCount - digits.count)) + digits
  }
}

extension Entry {
  /// The entry after an edit of its content by another replica.
  package func edited(using random: inout SplitMix) -> Entry {
    let edit = Attributes.file(
      mode: 0o644, size: Int64(random.next() % 1_000_000), modified: attributes.modified &+ 1,
      digest: random.digest())
    return Entry(
      path: path, attributes: edit, vector: vector.raised(by: ReplicaID(rawValue: 0xed17), in: 0))
  }
}
