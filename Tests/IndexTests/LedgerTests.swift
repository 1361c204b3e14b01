import Replica
import TestSupport
import Testing

@testable import Index

@Suite struct LedgerTests {
  /// Keys that sort otherwise than text would: names of 0xff, the longest, prefixes of others.
  private static let oddPaths = [
    [0x01], [0x61], [0x61, 0x00, 0x62], [0x61, 0x00, 0xff], [0x61, 0x01], [0x61, 0x62],
    [0xc3, 0xa9], [0xff], [0xff, 0x00, 0x01], [0xff, 0x00, 0xff],
    [UInt8](repeating: 0xff, count: 255),
    [UInt8](repeating: 0xff, count: 255) + [0x00] + [UInt8](repeating: 0xff, count: 255),
  ].map { Path(uncheckedKey: $0) }

  private static func run(_ entries: [Entry]) -> EntryRun {
    var run = EntryRun()
    for entry in entries { run.append(entry) }
    return run
  }

  /// All differences, asked for as a run asks for them.
  private static func differences(in ledger: Ledger) throws -> [Ledger.Difference] {
    var all: [Ledger.Difference] = []
    while true {
      let next = try ledger.differences(after: all.last?.path.key ?? [])
      if next.isEmpty { return all }
      all += next
    }
  }

  @Test func `an empty ledger has nothing`() throws {
    let ledger = try Ledger()
    #expect(try Self.differences(in: ledger).isEmpty)
    #expect(try !ledger.contains(Self.oddPaths[0]))
  }

  @Test(arguments: SplitMix.seeds)
  func `differences come in key order, with the other end's entry`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let ledger = try Ledger()
    var expected: [Path: Entry?] = [:]
    // Either end may be first to tell of a path that both have.
    for number in 0..<12 {
      let entries = Recorded.batch(150, using: &random).map(\.entry)
      if number.isMultiple(of: 2) {
        try ledger.add(mine: Self.run(entries))
        for entry in entries where expected[entry.path] == nil {
          expected.updateValue(nil, forKey: entry.path)
        }
      } else {
        try ledger.add(theirs: Self.run(entries))
        for entry in entries { expected.updateValue(entry, forKey: entry.path) }
      }
    }
    let found = try Self.differences(in: ledger)
    #expect(found.count > 512)
    #expect(found.map(\.path) == expected.keys.sorted(), "seed \(seed)")
    for difference in found {
      #expect(difference.theirs == expected[difference.path] ?? nil, "seed \(seed)")
      #expect(try ledger.theirs(at: difference.path) == difference.theirs, "seed \(seed)")
      #expect(try ledger.contains(difference.path), "seed \(seed)")
    }
  }

  @Test func `odd keys are in key order`() throws {
    let ledger = try Ledger()
    var random = SplitMix(seed: 1)
    try ledger.add(mine: Self.run(Self.oddPaths.map { Recorded($0, using: &random).entry }))
    #expect(try Self.differences(in: ledger).map(\.path) == Self.oddPaths)
  }
}
