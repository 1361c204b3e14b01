import Hashing
import TestSupport
import Testing

@testable import Replica

@Suite struct EntryRunTests {
  @Test func `entries are kept as they were added`() {
    let run = EntryRun.simulated(count: 300, seed: 1)
    let entries = run.entries
    #expect(EntryRun(entries) == run)
    #expect(Set(run.vectors).count == run.vectors.count)
    var copy = EntryRun()
    for index in run.slots.indices { copy.append(entryAt: index, of: run) }
    #expect(copy == run && copy.vectors == run.vectors)
    copy.removeAll()
    #expect(copy.isEmpty && copy.keyByteCount == 0 && copy != run && copy == EntryRun())
  }

  @Test func `a key is found where it is or would be`() {
    let run = EntryRun.simulated(count: 300, seed: 1)
    for index in run.slots.indices {
      let key = run.key(at: index)
      #expect(run.index(of: key.span) == index)
      #expect(run.firstIndex(notBefore: key.span) == index)
      let after = key + [0]
      #expect(run.firstIndex(notBefore: after.span) == index + 1)
      #expect(run.index(of: after.span) == nil)
    }
    #expect(run.firstIndex(notBefore: [UInt8]().span) == 0)
    #expect(EntryRun().index(of: [0x61].span) == nil)
  }

  @Test func `what the state digest covers tells any two entries apart`() {
    let entries = EntryRun.simulated(count: 200, seed: 2).entries
    var covered: [[UInt8]: Entry] = [:]
    for entry in entries {
      for time in [entry.attributes.modified, 1] {
        for vector in [entry.vector, entry.vector.raised(by: ReplicaID(rawValue: 8), in: 0)] {
          let changed = Entry(
            path: entry.path, attributes: .link(size: 1, modified: time, digest: .zero),
            vector: vector)
          for candidate in [entry, changed] {
            var bytes: [UInt8] = []
            EntryRun([candidate]).encodeState(at: 0, to: &bytes)
            #expect(covered.updateValue(candidate, forKey: bytes) ?? candidate == candidate)
          }
        }
      }
    }
    #expect(Set(covered.values).count == covered.count)
  }

  @Test func `what the content digest covers is kind, executable bit, size, digest and key`() {
    var bytes: [UInt8] = []
    let digest = Digest([UInt8](0..<32).span.bytes)
    let run = EntryRun([
      Entry(
        path: Path(uncheckedKey: [0x61, 0, 0x62]),
        attributes: .file(mode: 0o711, size: 0x0102, modified: 9, digest: digest),
        vector: VersionVector(ReplicaID(rawValue: 1)))
    ])
    run.encodeContent(at: 0, to: &bytes)
    #expect(bytes == [0, 1, 2, 1, 0, 0, 0, 0, 0, 0] + digest.bytes + [0x61, 0, 0x62])
  }
}

@Suite struct BucketTests {
  private static let run = EntryRun.simulated(count: 4, seed: 1)
  private static let stamps: [Stamp] = [
    .unknown, Stamp(changed: .max, inode: .max), Stamp(changed: 0, inode: 0),
    Stamp(changed: -1, inode: 1 << 63), Stamp(changed: .min, inode: 5),
  ]

  @Test func `stamps are read as they were written`() throws {
    try #require(Self.run.count <= Self.stamps.count + 1)
    let stamps = Array((Self.stamps + Self.stamps).prefix(Self.run.count))
    var bytes: [UInt8] = []
    try Bucket(run: Self.run, stamps: stamps).encodeStamps(to: &bytes)
    var reader = ByteReader(bytes)
    #expect(try Bucket.decodeStamps(from: &reader, count: stamps.count) == stamps)
    #expect(reader.isAtEnd)
    for count in bytes.indices {
      #expect(throws: Malformed.truncated) {
        var reader = ByteReader(Array(bytes[..<count]))
        _ = try Bucket.decodeStamps(from: &reader, count: stamps.count)
      }
    }
  }

  @Test func `there is a stamp for each entry`() throws {
    for count in [0, Self.run.count - 1, Self.run.count + 1] {
      let stamps = [Stamp](repeating: .unknown, count: count)
      #expect(throws: Malformed.count) { try Bucket(run: Self.run, stamps: stamps) }
    }
    let stamps = (0..<Self.run.count).map { Stamp(changed: 5, inode: UInt64($0)) }
    let bucket = try Bucket(run: Self.run, stamps: stamps)
    var copy = Bucket()
    #expect(copy.isEmpty)
    for index in 0..<bucket.count { copy.append(entryAt: index, of: bucket) }
    #expect(copy.run == bucket.run && copy.stamps == bucket.stamps)
    copy.removeAll()
    #expect(copy.isEmpty && copy.stamps.isEmpty)
  }
}
