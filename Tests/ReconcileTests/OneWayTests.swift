import Replica
import Testing

@testable import Reconcile

@Suite struct OneWayTests {
  /// One line a source, one column a destination, both in the order of ``Situation``.
  private static let table: [(Situation, String)] = [
    (.absent, "= r x x x x x x"),
    (.tombstone, "r = x x x x x x"),
    (.first, "+ + = u m r u u"),
    (.second, "+ + u = u u u u"),
    (.touched, "+ + m u = m u u"),
    (.known, "+ + r u m = u u"),
    (.directory, "+ + u u u u = u"),
    (.link, "+ + u u u u u ="),
  ]

  private static let epoch: UInt64 = 40
  private static let deleted: Int64 = 77

  private static func rules(deletes: Bool = true) -> OneWay {
    OneWay(deletes: deletes, destination: Ends.destination, epoch: epoch, now: deleted)
  }

  @Test(arguments: [true, false])
  func `every pair of situations has its decision`(deletes: Bool) throws {
    let decisions: [Character: Decision] = [
      "r": .record, "+": .create, "u": .update, "m": .metadata, "x": .delete,
    ]
    for (source, line) in Self.table {
      let cells = line.filter { $0 != " " }
      try #require(cells.count == Situation.allCases.count)
      for (destination, cell) in zip(Situation.allCases, cells) where cell != "=" {
        let there = destination.entry()
        let resolution = Self.rules(deletes: deletes).resolve(
          source: source.entry(), destination: there)
        if cell == "x", !deletes {
          #expect(resolution == Resolution(.extraneous, nil))
          continue
        }
        let result = try #require(resolution.result)
        var decision = Decision.turning(there, into: result)
        // What the destination alone remembers of nothing, the source takes over.
        if decision == nil { decision = Decision.turning(source.entry(), into: result) }
        #expect(decision == decisions[cell], "\(source) over \(destination)")
      }
    }
  }

  /// Every situation with every small vector at both ends, where something changes.
  private static var pairs: [(source: Entry?, destination: Entry?)] {
    let vectors = [
      VersionVector(Ends.source), VersionVector(Ends.source, 2), VersionVector(Ends.destination),
      VersionVector(Ends.source).joined(with: VersionVector(Ends.destination)),
    ]
    let entries = Situation.allCases.flatMap { situation in
      vectors.map { situation.entry(vector: $0) }
    }
    return entries.flatMap { source in
      entries.compactMap { source == $0 ? nil : (source, $0) }
    }
  }

  @Test func `a result has seen all that both ends have`() throws {
    for pair in Self.pairs {
      let result = try #require(
        Self.rules().resolve(source: pair.source, destination: pair.destination).result)
      for entry in [pair.source, pair.destination] {
        let causality = result.vector.compared(with: entry?.vector ?? VersionVector())
        #expect(causality == .dominates || causality == .equal, "\(pair)")
      }
    }
  }

  @Test func `a version is minted only if the destination's would be no new one`() throws {
    var mintedCount = 0
    for pair in Self.pairs {
      let resolution = Self.rules().resolve(source: pair.source, destination: pair.destination)
      let result = try #require(resolution.result)
      let theirs = pair.destination?.vector ?? VersionVector()
      let joined = theirs.joined(with: pair.source?.vector ?? VersionVector())
      let mints =
        resolution.verdict != .agreed && joined.compared(with: theirs) == .equal
      #expect(result.vector[Ends.destination] == (mints ? Self.epoch : joined[Ends.destination]))
      mintedCount += mints ? 1 : 0
    }
    #expect(mintedCount > 0)
  }

  @Test func `the source's attributes win, and a deletion leaves a tombstone`() throws {
    for pair in Self.pairs {
      let result = try #require(
        Self.rules().resolve(source: pair.source, destination: pair.destination).result)
      if let source = pair.source {
        #expect(result.attributes == source.attributes, "\(pair)")
      } else if pair.destination?.attributes.isLive ?? false {
        #expect(result.attributes == .tombstone(deleted: Self.deleted), "\(pair)")
      } else {
        #expect(result.attributes == pair.destination?.attributes, "\(pair)")
      }
    }
  }

  @Test func `with the result at either end, nothing but a record is left`() throws {
    for pair in Self.pairs {
      let rules = Self.rules()
      let result = try #require(
        rules.resolve(source: pair.source, destination: pair.destination).result)
      let again = try #require(rules.resolve(source: pair.source, destination: result).result)
      let decision = Decision.turning(result, into: again)
      #expect(decision == nil || decision == .record, "\(pair)")
    }
  }
}
