import Hashing
import TestSupport
import Testing

@testable import Replica

@Suite struct EntryRunCodingTests {
  private static func encoded(_ run: EntryRun) -> [UInt8] {
    var bytes: [UInt8] = []
    run.encode(to: &bytes)
    return bytes
  }

  private static func decoded(
    _ bytes: [UInt8], limit: Int = 100_000, keyByteLimit: Int = .max
  ) throws -> EntryRun {
    var reader = ByteReader(bytes)
    let run = try EntryRun(from: &reader, limit: limit, keyByteLimit: keyByteLimit)
    try reader.expectEnd()
    return run
  }

  @Test(arguments: SplitMix.seeds, [0, 1, 2, 60, 700])
  func `a run is read as it was written`(seed: UInt64, count: Int) throws {
    let run = count == 0 ? EntryRun() : EntryRun.simulated(count: count, seed: seed)
    let bytes = Self.encoded(run)
    let read = try Self.decoded(bytes, limit: run.count)
    #expect(read == run && read.entries == run.entries, "seed \(seed)")
    #expect(Self.encoded(read) == bytes, "seed \(seed)")
    if run.count > 0 {
      #expect(throws: Malformed.count) { try Self.decoded(bytes, limit: run.count - 1) }
      #expect(try Self.decoded(bytes, keyByteLimit: run.keyByteCount) == run)
      #expect(throws: Malformed.count) {
        try Self.decoded(bytes, keyByteLimit: run.keyByteCount - 1)
      }
    }
  }

  @Test func `numbers at their extremes are read as they were written`() throws {
    let vector = VersionVector(ReplicaID(rawValue: .max), .max)
    let run = EntryRun(
      ([.min, .max, 0, -1, .min] as [Int64]).enumerated().flatMap { index, time in
        let path = Path(uncheckedKey: [UInt8(2 * index + 1)])
        let after = Path(uncheckedKey: [UInt8(2 * index + 2)])
        let file = Attributes.file(mode: .max, size: .max, modified: time, digest: .zero)
        return [
          Entry(path: path, attributes: file, vector: vector),
          Entry(path: after, attributes: .tombstone(deleted: time), vector: VersionVector()),
        ]
      })
    #expect(try Self.decoded(Self.encoded(run)).entries == run.entries)
    #expect(run.attributes(at: 0).mode == 0o1777)
  }

  @Test func `a run that ends early is refused`() {
    let bytes = Self.encoded(.simulated(count: 40, seed: 3))
    for count in bytes.indices {
      #expect {
        try Self.decoded(Array(bytes[..<count]))
      } throws: { error in
        [.truncated, .count].contains(error as? Malformed)
      }
    }
    #expect(throws: Malformed.trailing) { try Self.decoded(bytes + [0]) }
  }

  @Test(arguments: SplitMix.seeds)
  func `a run with changed bytes is refused or is the one encoding of another`(
    seed: UInt64
  ) throws {
    var random = SplitMix(seed: seed)
    let bytes = Self.encoded(.simulated(count: 40, seed: seed))
    for index in bytes.indices {
      for _ in 0..<3 {
        var changed = bytes
        changed[index] ^= UInt8(random.next() % 255) + 1
        if random.next() % 4 == 0 { changed.remove(at: Int(random.next() % UInt64(index + 1))) }
        var reader = ByteReader(changed)
        guard let run = try? EntryRun(from: &reader, limit: 1000) else { continue }
        #expect(
          Self.encoded(run) == Array(changed.prefix(reader.offset)), "seed \(seed) at \(index)")
      }
    }
  }

  @Test func `a number at its extremes in any place is refused or read`() throws {
    let bytes = Self.encoded(.simulated(count: 8, seed: 5))
    for index in bytes.indices {
      for extreme in [1 << 16, 1 << 31, 1 << 32, 1 << 62, 1 << 63, .max] as [UInt64] {
        var changed: [UInt8] = Array(bytes[..<index])
        changed.append(varint: extreme)
        changed += Array(bytes[(index + 1)...])
        do { _ = try Self.decoded(changed) } catch is Malformed { continue }
      }
    }
  }

  /// An encoding with one vector, of one replica, and directories by their keys.
  private static func directories(
    _ keys: [(shared: Int, rest: String)], vectorIndex: UInt64 = 0
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(count: keys.count)
    bytes += [1, 9, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 5, 1, 0, 0]
    for key in keys {
      bytes.append(count: key.shared)
      bytes.append(prefixed: Array(key.rest.utf8).span)
      bytes.append(varint: vectorIndex)
      bytes += [1, 7]
    }
    return bytes
  }

  @Test func `directories are read as the test writes them`() throws {
    let run = try Self.decoded(Self.directories([(0, "ab"), (2, "\0c"), (1, "c")]))
    #expect(run.entries.map(\.path.slashed) == ["ab", "ab/c", "ac"].map { Array($0.utf8) })
    #expect(run.vectors == [VersionVector(ReplicaID(rawValue: 9), 5)])
  }

  @Test(
    arguments: [
      ([(0, "")], .key), ([(0, "/")], .key), ([(0, "..")], .key), ([(0, "a\0")], .key),
      ([(0, "a"), (1, "")], .order), ([(0, "b"), (0, "a")], .order),
      ([(0, "a"), (0, "ab")], .order),
      ([(0, "a"), (0, "a")], .order), ([(1, "a")], .count), ([(0, "a"), (2, "b")], .count),
      ([(0, "a"), (1, "\0..")], .key),
    ] as [([(Int, String)], Malformed)])
  func `keys that are none, do not ascend or do not share all they can are refused`(
    keys: [(Int, String)], error: Malformed
  ) {
    #expect(throws: error) {
      try Self.decoded(Self.directories(keys.map { (shared: $0.0, rest: $0.1) }))
    }
  }

  @Test(
    arguments: [
      // No vector, though the entry names one; one that no entry names; a second not yet named.
      ([1, 0, 0], .vector),
      ([1, 1, 9, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 5, 1, 0, 0, 1, 0, 6, 1, 0, 0], .count),
      ([2, 1, 9, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 5, 1, 0, 0, 1, 0, 6, 1, 0, 0], .vector),
      // The same vector twice; a replica that no vector names; a counter of 0; replicas descending.
      ([2, 1, 9, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 5, 1, 0, 0, 1, 0, 5, 1, 0, 0], .vector),
      ([1, 1, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0], .vector),
      ([1, 1, 9, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0], .vector),
      ([1, 2, 9, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 1, 1, 1], .vector),
      // More dots than counters, none, a dot of no counter, and one of no change.
      ([1, 1, 9, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 5, 2, 0, 0], .count),
      ([1, 1, 9, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 5, 0], .vector),
      ([1, 1, 9, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 5, 1, 1, 0], .count),
      ([1, 1, 9, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 5, 1, 0, 5], .vector),
      // An index beyond the replicas; more replicas or counters than there are bytes.
      ([1, 1, 9, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 5], .vector), ([1, 100], .count),
      ([1, 1, 9, 0, 0, 0, 0, 0, 0, 0, 1, 100], .count),
    ] as [([UInt8], Malformed)])
  func `vectors in another form are refused`(head: [UInt8], error: Malformed) {
    let entries: [UInt8] = [0, 1, 0x61, 0, 1, 7, 0, 1, 0x62, 0, 1, 7]
    let count = Int(head.first ?? 0)
    #expect(throws: error) { try Self.decoded(head + entries.prefix(6 * count)) }
  }

  @Test(
    arguments: [
      ([4, 0], .kind), ([0x80, 0], .kind), ([0x81, 7], .kind), ([1, 0x80, 8], .count),
      ([1, 0x80, 0], .number),
    ] as [([UInt8], Malformed)])
  func `attributes of no known kind or mode are refused`(bytes: [UInt8], error: Malformed) {
    #expect(throws: error) {
      var reader = ByteReader(bytes)
      var time: Int64 = 0
      _ = try Attributes(from: &reader, previousTime: &time)
    }
  }

  @Test func `a size beyond 63 bits is refused`() throws {
    for (size, isRead) in [(UInt64(Int64.max), true), (1 << 63, false), (.max, false)] {
      var bytes: [UInt8] = [2, 0]
      bytes.append(varint: size)
      Digest.zero.append(to: &bytes)
      var reader = ByteReader(bytes)
      var time: Int64 = 0
      let attributes = try? Attributes(from: &reader, previousTime: &time)
      #expect(attributes?.size == (isRead ? .max : nil))
    }
  }

  @Test func `keys that share 64 KiB do not outgrow their limit`() {
    var bytes: [UInt8] = []
    let names = Array(repeating: [UInt8](repeating: 0x61, count: 255), count: 255)
    let key = Array(names.joined(separator: [0]))
    bytes.append(count: 5000)
    bytes += [0, 1, 0, 0]
    bytes.append(prefixed: key.span)
    bytes += [0, 1, 7]
    for _ in 1..<5000 {
      bytes.append(count: key.count)
      bytes += [2, 0, 0x61, 0, 1, 7]
    }
    #expect(throws: Malformed.self) { try Self.decoded(bytes, keyByteLimit: 262_144) }
  }
}
