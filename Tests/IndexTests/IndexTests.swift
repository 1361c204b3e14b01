import Replica
import TestSupport
import Testing

@testable import Index

@Suite struct IndexTests {
  private static let other = ReplicaID(rawValue: .max)

  @Test func `an index opened again is the same replica's`() throws {
    let file = try IndexFile()
    _ = try file.open()
    #expect(try file.open(newReplica: Self.other).replica == IndexFile.replica)
  }

  @Test func `a replica is new until it has met another`() throws {
    let file = try IndexFile()
    for _ in 0..<2 { #expect(try file.open().isNew) }
    try file.open().remember(PeerRecord(replica: Self.other, name: [], seen: 1), at: 0)
    #expect(try !file.open().isNew)
  }

  @Test func `an identity taken stays`() throws {
    let file = try IndexFile()
    let taken: ReplicaID
    do {
      let index = try file.open()
      try index.take(identity: Self.other)
      taken = index.replica
    }
    #expect(taken == Self.other)
    #expect(try file.open().replica == Self.other)
  }

  @Test func `values are kept by name`() throws {
    let file = try IndexFile()
    let index = try file.open()
    try index.set("a", to: [0, 1])
    try index.set("a", to: [])
    try index.set("b", to: [2])
    #expect(try index.value(of: "a") == [])
    #expect(try index.value(of: "b") == [2])
    #expect(try index.value(of: "c") == nil)
  }

  @Test func `what is taken back leaves the former rows`() throws {
    var random = SplitMix(seed: 3)
    let file = try IndexFile(holding: Recorded.batch(500, using: &random))
    let index = try file.open()
    let before = try index.stored()
    try index.begin()
    try index.update(Recorded.batch(300, using: &random))
    #expect(try index.stored() != before)
    try index.rollback()
    #expect(try index.stored() == before)
  }

  @Test func `a transaction that is not committed is gone when the index is opened again`() throws {
    var random = SplitMix(seed: 4)
    let file = try IndexFile(holding: Recorded.batch(500, using: &random))
    let before: [StoredRow]
    do {
      let index = try file.open()
      before = try index.stored()
      try index.begin()
      try index.update(Recorded.batch(300, using: &random))
    }
    #expect(try file.open().stored() == before)
  }

  @Test func `the row that contains a key is the last that begins no later`() throws {
    var random = SplitMix(seed: 6)
    let file = try IndexFile(holding: Recorded.batch(800, using: &random))
    let index = try file.open()
    let rows = try index.stored()
    try #require(rows.count > 3)
    for row in rows {
      for entry in row.entries {
        #expect(try index.row(containing: entry.path.key)?.summary == row.summary)
      }
    }
    #expect(try index.row(containing: [0xff])?.summary == rows.last?.summary)
    #expect(try index.row(containing: [0x01]) == nil)
    #expect(try index.rows(from: [0xff], limit: 9).isEmpty)
  }

  @Test func `the last twenty runs are remembered, and every peer once`() throws {
    let file = try IndexFile()
    let index = try file.open()
    for number in 1...25 {
      try index.remember(
        RunRecord(
          finished: Int64(number), peer: [0xff, 0x0a], exitCode: UInt8(number % 2),
          itemCount: number))
      try index.remember(
        PeerRecord(
          replica: ReplicaID(rawValue: .max - UInt64(number % 3)), name: Array("\(number)".utf8),
          seen: Int64(number)), at: 0)
    }
    let runs = try index.lastRuns()
    #expect(runs.map(\.finished) == (6...25).reversed())
    #expect(runs.first?.peer == [0xff, 0x0a] && runs.first?.exitCode == 1)
    let peers = try index.peers()
    #expect(peers.map(\.seen) == [25, 24, 23])
    #expect(peers.map(\.replica.rawValue) == [.max - 1, .max, .max - 2])
    #expect(peers.first?.name == Array("25".utf8))
  }

  @Test func `a stranger was never met, and is where another was`() throws {
    let index = try IndexFile().open()
    let replicas = (1...3).map { ReplicaID(rawValue: .max - UInt64($0)) }
    for replica in replicas.dropLast() {
      try index.remember(PeerRecord(replica: replica, name: [], seen: 1), at: .max)
    }
    #expect(try index.isStranger(replicas[2], at: .max))
    #expect(
      try !index.isStranger(replicas[0], at: .max) && !index.isStranger(replicas[1], at: .max))
    #expect(try !index.isStranger(replicas[2], at: 0))
    try index.remember(PeerRecord(replica: replicas[0], name: [0x61], seen: 1), at: 1)
    #expect(try index.isStranger(replicas[2], at: 0, named: [0x61]))
    #expect(try !index.isStranger(replicas[2], at: 0, named: [0x62]))
    #expect(try !index.isStranger(replicas[0], at: 0, named: [0x61]))
    // Years later, nobody has been met there.
    try index.remember(PeerRecord(replica: replicas[0], name: [0x61], seen: .max), at: 1)
    #expect(try !index.isStranger(replicas[2], at: .max))
  }

  @Test func `versions that could not be read again are not written`() throws {
    let index = try IndexFile().open()
    let count = UInt64(VersionVector.maximumCount)
    let halves = try [1...count, (count + 1)...(2 * count)].map { numbers in
      let counters = numbers.map {
        VersionVector.Counter(replica: ReplicaID(rawValue: $0), value: 1)
      }
      return try VersionVector(counters: counters, dots: [counters[0]])
    }
    let entry = Entry(
      path: try Path(key: [0x61]), attributes: .directory(mode: 0o755),
      vector: halves[0].joined(with: halves[1]))
    try index.begin()
    #expect(throws: IndexError.tooManyVersions) {
      try index.update([Recorded(entry: entry, stamp: .none)])
    }
    try index.rollback()
    #expect(try index.row(containing: [0x61]) == nil)
  }
}
