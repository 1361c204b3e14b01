import Replica
import Testing

@testable import Reconcile

@Suite struct DecisionTests {
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

  @Test(arguments: [true, false])
  func `every pair of situations has its decision`(deletes: Bool) throws {
    let decisions: [Character: Decision] = [
      "=": .nothing, "r": .record, "+": .create, "u": .update, "m": .metadata,
      "x": deletes ? .delete : .leave,
    ]
    let rules = OneWay(deletes: deletes, destination: Ends.destination)
    for (source, line) in Self.table {
      let cells = line.filter { $0 != " " }
      try #require(cells.count == Situation.allCases.count)
      for (destination, cell) in zip(Situation.allCases, cells) {
        #expect(
          rules.decide(source: source.entry(), destination: destination.entry())
            == decisions[cell], "\(source) over \(destination)")
      }
    }
  }

  @Test func `a mode is metadata, of a file and of a directory`() {
    let rules = OneWay(deletes: false, destination: Ends.destination)
    let pairs: [(Attributes, Attributes)] = [
      (
        Situation.file(byte: 1, modified: 10),
        Situation.file(byte: 1, modified: 10, mode: 0o755)
      ),
      (.directory(mode: 0o755), .directory(mode: 0o700)),
    ]
    for (mine, theirs) in pairs {
      let source = Entry(path: Ends.path, attributes: mine, vector: VersionVector())
      let destination = Entry(path: Ends.path, attributes: theirs, vector: VersionVector())
      #expect(rules.decide(source: source, destination: destination) == .metadata)
    }
  }
}
