import Replica
import TestSupport
import Testing

@testable import Index

/// Damage to the file is noticed, and nothing traps on it.
@Suite struct DamageTests {
  private static func entries(_ count: Int, seed: UInt64 = 5) -> [Recorded] {
    var random = SplitMix(seed: seed)
    return Recorded.batch(count, using: &random)
  }

  @Test(arguments: ["first_key", "state", "content", "entries", "stamps", "checksum"])
  func `any flipped byte of a row's bytes is noticed`(column: String) throws {
    let file = try IndexFile(holding: Self.entries(60))
    let index = try file.open()
    let select = try index.database.prepare("SELECT \(column) FROM bucket LIMIT 1")
    try #require(try select.step())
    let good = select.bytes(0)
    select.reset()
    try #require(!good.isEmpty)
    let change = try index.database.prepare(
      "UPDATE bucket SET \(column) = ? WHERE rowid = (SELECT min(rowid) FROM bucket)")
    try index.begin()
    for position in good.indices {
      var bad = good
      bad[position] ^= 1 << (position % 8)
      try change.bind(0, bad)
      try change.run()
      #expect(throws: IndexError.corrupt, "byte \(position)") { try index.stored() }
    }
    try change.bind(0, good)
    try change.run()
    #expect(throws: Never.self) { try index.stored() }
  }

  @Test(arguments: [
    "boundary = boundary + 1", "entry_count = entry_count + 1", "live_count = live_count + 1",
    "ends_live = 1 - ends_live", "entry_count = -1", "live_count = -1", "entry_count = 0",
    "entries = x''", "stamps = NULL", "checksum = NULL", "state = substr(state, 2)",
  ])
  func `another value in a row is noticed`(change: String) throws {
    let file = try IndexFile(holding: Self.entries(60))
    let index = try file.open()
    try index.database.execute("UPDATE bucket SET \(change)")
    #expect(throws: IndexError.corrupt) { try index.stored() }
  }

  @Test(arguments: ["DELETE FROM bucket WHERE rowid = 2", "DELETE FROM bucket"])
  func `rows that are gone without a trace are missed`(change: String) throws {
    let file = try IndexFile(holding: Self.entries(200))
    try #require(try file.open().stored().count > 2)
    try Database(path: file.path).execute(change)
    #expect(throws: IndexError.corrupt) { try file.open().stored() }
  }

  @Test func `an epoch that leaves no room for others is noticed`() throws {
    for epoch in [.max, 1 << 63, (1 << 62) + 1] as [UInt64] {
      let file = try IndexFile()
      do {
        let index = try file.open()
        try index.take(epoch: epoch, index.knowledge)
      }
      #expect(throws: IndexError.corrupt) { try file.open() }
    }
  }

  @Test func `rows that overlap are noticed`() throws {
    let file = try IndexFile(holding: Self.entries(60))
    let index = try file.open()
    let row = try #require(try index.rows(from: [], limit: 1).first)
    for first in 0..<2 {
      var writer = RowWriter(to: index)
      try index.begin()
      try writer.drop(row)
      try writer.append(row.bucket) { _, _ in }
      #expect(throws: IndexError.corrupt) {
        try writer.append(entryAt: first, of: row.bucket) { _, _ in }
      }
      try index.rollback()
    }
  }

  @Test(arguments: [
    "CREATE VIEW NAME AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x FROM n",
    "CREATE TABLE NAME (x)",
  ])
  func `tables that are not the program's are noticed, and no code of theirs is run`(
    statement: String
  ) throws {
    for name in ["bucket", "field", "peer", "expected"] {
      let file = try IndexFile(holding: Self.entries(60))
      try Database(path: file.path).execute(
        "ALTER TABLE \(name) RENAME TO former; "
          + statement.replacing("NAME", with: name))
      #expect(throws: IndexError.corrupt, "\(name)") {
        let index = try file.open()
        _ = (try index.stored(), try index.expected(), try index.peers())
      }
    }
  }

  @Test func `a value that is too long is noticed`() throws {
    let file = try IndexFile(holding: Self.entries(60))
    #expect(throws: IndexError.corrupt) {
      try Database(path: file.path).execute("UPDATE field SET value = zeroblob(500000000)")
    }
  }

  @Test(arguments: SplitMix.seeds)
  func `a flipped byte of a row in the file is noticed or changes nothing`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let entries = Self.entries(60)
    let file = try IndexFile(holding: entries)
    let good = try contents(file.path)
    for _ in 0..<150 {
      var bad = good
      let position = random.below(bad.count)
      bad[position] ^= 1 << random.below(8)
      let damaged = try IndexFile.copy(bad)
      // Either it is noticed, or the byte was one that nobody reads.
      guard let found = try? damaged.open().stored() else { continue }
      #expect(
        found.flatMap(\.entries) == entries.map(\.entry), "seed \(seed), byte \(position)")
    }
  }

  @Test func `a file that ends too early is noticed`() throws {
    let file = try IndexFile(holding: Self.entries(2000))
    let good = try contents(file.path)
    try #require(good.count > 20_000)
    for count in [15, 16, 100, 512, 4095, 4096, 5000, good.count / 2, good.count - 1] {
      let cut = try IndexFile.copy(Array(good.prefix(count)))
      #expect(throws: IndexError.self, "\(count) bytes") { try cut.open().stored() }
    }
  }

  @Test func `a file that is no database is noticed`() throws {
    let file = try IndexFile.copy(Array(repeating: UInt8(ascii: "x"), count: 5000))
    #expect(throws: IndexError.corrupt) { try file.open() }
  }

  @Test func `a file of a later version is refused and left as it is`() throws {
    let file = try IndexFile(holding: Self.entries(60))
    try Database(path: file.path).execute("PRAGMA user_version = 3")
    let before = try contents(file.path)
    #expect(throws: IndexError.laterVersion(3)) { try file.open() }
    #expect(try contents(file.path) == before)
  }

  @Test func `a replica field of another length is noticed`() throws {
    let file = try IndexFile(holding: [])
    try Database(path: file.path).execute("UPDATE field SET value = x'01'")
    #expect(throws: IndexError.corrupt) { try file.open() }
  }

  /// The bytes of a file that no process writes.
  private func contents(_ path: [UInt8]) throws -> [UInt8] {
    try ProgramRun("cat", [String(decoding: path, as: UTF8.self)]).output
  }
}
