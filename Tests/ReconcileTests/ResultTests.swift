import Replica
import Testing

@testable import Reconcile

/// A pair of entries that differ, and what is decided about it.
private struct Case {
  let source: Entry?
  let destination: Entry?
  let decision: Decision
  let rules: OneWay

  /// The time of a deletion that no tombstone tells of.
  static let deleted: Int64 = 77

  var result: Entry? {
    rules.result(
      of: decision, source: source, destination: destination, deleted: Self.deleted)
  }

  var joined: VersionVector {
    (source?.vector ?? VersionVector()).joined(with: destination?.vector ?? VersionVector())
  }

  /// All that changes something: every situation with every small vector at both ends.
  static var all: [Case] {
    var cases: [Case] = []
    for deletes in [true, false] {
      let rules = OneWay(deletes: deletes, destination: Ends.destination)
      for source in entries {
        for destination in entries {
          let decision = rules.decide(source: source, destination: destination)
          if decision == .nothing || decision == .leave { continue }
          cases.append(
            Case(source: source, destination: destination, decision: decision, rules: rules))
        }
      }
    }
    return cases
  }

  private static var entries: [Entry?] {
    let vectors = [
      VersionVector(), VersionVector(Ends.source), VersionVector(Ends.source, 2),
      VersionVector(Ends.destination),
      VersionVector(Ends.source).joined(with: VersionVector(Ends.destination)),
    ]
    return Situation.allCases.flatMap { situation in
      vectors.map { situation.entry(vector: $0) }
    }
  }
}

@Suite struct ResultTests {
  @Test func `a result has seen all that both ends have`() throws {
    for pair in Case.all {
      let result = try #require(pair.result)
      for entry in [pair.source, pair.destination] {
        let causality = result.vector.compared(with: entry?.vector ?? VersionVector())
        #expect(causality == .dominates || causality == .equal, "\(pair)")
      }
    }
  }

  @Test func `a version is minted only if the destination's would be no new one`() throws {
    var mintedCount = 0
    for pair in Case.all {
      let result = try #require(pair.result)
      let theirs = pair.destination?.vector ?? VersionVector()
      let mints = pair.decision != .record && pair.joined.compared(with: theirs) == .equal
      #expect(
        result.vector == (mints ? pair.joined.raised(by: Ends.destination) : pair.joined),
        "\(pair)")
      mintedCount += mints ? 1 : 0
    }
    #expect(mintedCount > 0)
  }

  @Test func `what the destination held is dominated once it has been changed`() throws {
    for pair in Case.all where pair.decision != .record {
      let theirs = pair.destination?.vector ?? VersionVector()
      #expect(try #require(pair.result).vector.compared(with: theirs) == .dominates, "\(pair)")
    }
  }

  @Test func `the source's attributes win, and a deletion leaves a tombstone`() throws {
    for pair in Case.all {
      let attributes = try #require(pair.result).attributes
      if pair.decision == .delete {
        let time = pair.source?.attributes.modified ?? Case.deleted
        #expect(attributes == .tombstone(deleted: time), "\(pair)")
      } else {
        #expect(attributes == (pair.source ?? pair.destination)?.attributes, "\(pair)")
      }
    }
  }

  @Test func `with the result at either end or at both, the ends agree`() throws {
    for pair in Case.all {
      let result = try #require(pair.result)
      #expect(pair.rules.decide(source: result, destination: result) == .nothing)
      // A source that may not be written keeps its own; nothing but a record can be left to do.
      let again = pair.rules.decide(source: pair.source, destination: result)
      #expect(again == .record || again == .nothing, "\(pair)")
    }
  }

  @Test func `a record of equal attributes is the same whichever end is the source`() throws {
    for pair in Case.all where pair.decision == .record {
      guard let source = pair.source, let destination = pair.destination,
        source.attributes == destination.attributes
      else { continue }
      let turned = pair.rules.result(
        of: .record, source: destination, destination: source, deleted: Case.deleted)
      #expect(pair.result == turned, "\(pair)")
    }
  }

  @Test func `the result of nothing at both ends is nothing`() {
    let rules = OneWay(deletes: true, destination: Ends.destination)
    #expect(rules.decide(source: nil, destination: nil) == .nothing)
    #expect(rules.result(of: .nothing, source: nil, destination: nil, deleted: 0) == nil)
  }
}
