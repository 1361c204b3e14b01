import Hashing
import Replica
import TestSupport
import Testing

@testable import Reconcile

/// What one end of a two-way run holds; the manual's table has the same names and order.
private enum Holding: String, CaseIterable {
  case absent, gone, old, new, touched, runnable, directory, closed, link

  var attributes: Attributes? {
    switch self {
    case .absent: nil
    case .gone: .tombstone(deleted: 90)
    case .old: Situation.file(byte: 1, modified: 10)
    case .new: Situation.file(byte: 2, modified: 30)
    case .touched: Situation.file(byte: 1, modified: 20)
    case .runnable: Situation.file(byte: 1, modified: 10, mode: 0o755)
    case .directory: .directory(mode: 0o755)
    case .closed: .directory(mode: 0o700)
    case .link:
      .link(size: 4, modified: 15, digest: Digest([UInt8](repeating: 9, count: 32).span.bytes))
    }
  }

  func entry(_ vector: VersionVector) -> Entry? {
    attributes.map { Entry(path: Ends.path, attributes: $0, vector: vector) }
  }
}

@Suite struct TwoWayTests {
  /// What concurrent versions come to: one line what the first has, one column what the second has.
  ///
  /// `m` merged, `A` or `B` that end's version is taken, `+` the other is kept beside it, `!` it is
  /// not, because only modes differ.
  static let table = """
    absent     .  m  B  B  B  B  B  B  B
    gone       m  m  B  B  B  B  B  B  B
    old        A  A  m  B+ m  A! B+ B+ B+
    new        A  A  A+ m  A+ A+ B+ B+ A+
    touched    A  A  m  B+ m  A! B+ B+ A+
    runnable   A  A  B! B+ B! m  B+ B+ B+
    directory  A  A  A+ A+ A+ A+ m  B! A+
    closed     A  A  A+ A+ A+ A+ A! m  A+
    link       A  A  A+ B+ B+ A+ B+ B+ m
    """

  private static var cells: [(Holding, Holding, String)] {
    table.split(separator: "\n").flatMap { line in
      let words = line.split(separator: " ").map(String.init)
      return zip(Holding.allCases, words.dropFirst()).compactMap { second, cell in
        Holding(rawValue: words[0]).map { ($0, second, cell) }
      }
    }
  }

  private static let first = VersionVector(Ends.source, 5)
  private static let second = VersionVector(Ends.destination, 7)

  private static func code(_ resolution: Resolution) -> String {
    let name: (Side) -> String = { $0 == .source ? "A" : "B" }
    return switch resolution.verdict {
    case .agreed: "m"
    case .prevails(let side): name(side)
    case .conflict(let side): name(side) + (resolution.loser == nil ? "!" : "+")
    case .unsettled: "x"
    case .extraneous: "?"
    }
  }

  /// What a cell is under another policy than `keep-both`.
  private static func cell(
    _ cell: String, _ first: Holding, _ second: Holding, _ policy: ConflictPolicy
  ) -> String {
    guard cell.count == 2, policy != .keepBoth else { return cell }
    if policy == .fail { return "x" }
    let isDirectory: (Holding) -> Bool = { $0 == .directory || $0 == .closed }
    if isDirectory(first) != isDirectory(second) { return cell }
    return switch policy {
    case .preferSource: "A!"
    case .preferDestination: "B!"
    default: "\(cell.prefix(1))!"
    }
  }

  @Test(arguments: ConflictPolicy.allCases)
  func `concurrent versions come to what the table says`(policy: ConflictPolicy) throws {
    try #require(Self.cells.count == 81)
    for (first, second, cell) in Self.cells where cell != "." {
      let resolution = TwoWay(policy: policy).resolve(
        source: first.entry(Self.first), destination: second.entry(Self.second))
      let expected = Self.cell(cell, first, second, policy)
      #expect(Self.code(resolution) == expected, "\(first), \(second)")
    }
  }

  @Test(arguments: ConflictPolicy.allCases)
  func `what has seen the other wins, whatever it is`(policy: ConflictPolicy) throws {
    let later = Self.second.joined(with: Self.first)
    for (first, second, _) in Self.cells {
      guard let older = first.entry(Self.first), let newer = second.entry(later) else { continue }
      let result = TwoWay(policy: policy).resolve(source: older, destination: newer)
      #expect(result.result == newer && result.loser == nil)
      let turned = TwoWay(policy: policy).resolve(source: newer, destination: older)
      #expect(turned.result == newer && turned.loser == nil)
    }
  }

  @Test func `the same result comes of it from either side`() {
    let rules = TwoWay(policy: .keepBoth)
    for (first, second, _) in Self.cells {
      let (one, other) = (first.entry(Self.first), second.entry(Self.second))
      let straight = rules.resolve(source: one, destination: other)
      let turned = rules.resolve(source: other, destination: one)
      #expect(straight.result == turned.result && straight.loser == turned.loser)
    }
  }

  @Test func `no content is lost by default`() throws {
    for (first, second, cell) in Self.cells where cell != "." {
      let (one, other) = (first.entry(Self.first), second.entry(Self.second))
      let resolution = TwoWay(policy: .keepBoth).resolve(source: one, destination: other)
      for entry in [one, other] {
        guard let entry, entry.attributes.kind == .file || entry.attributes.kind == .link else {
          continue
        }
        let kept = [resolution.result, resolution.loser].compactMap(\.?.attributes)
        #expect(kept.contains { $0.hasSameContent(as: entry.attributes) })
      }
    }
  }

  @Test func `a result settles the matter`() throws {
    let rules = TwoWay(policy: .keepBoth)
    for (first, second, cell) in Self.cells where cell != "." {
      let (one, other) = (first.entry(Self.first), second.entry(Self.second))
      let result = try #require(rules.resolve(source: one, destination: other).result)
      for entry in [one, other] {
        #expect(rules.resolve(source: entry, destination: result).result == result)
      }
    }
  }

  @Test func `a version that the other has seen, and outlived, does not come back`() throws {
    // The first replica's version won a conflict with the second's, and was edited meanwhile.
    let settled = Self.first.joined(with: Self.second)
    let edited = Self.first.raised(by: Ends.source, in: 9)
    let old = try #require(Holding.new.entry(settled))
    let new = try #require(Holding.old.entry(edited))
    let resolution = TwoWay(policy: .keepBoth).resolve(source: old, destination: new)
    #expect(resolution.verdict == .prevails(.destination))
    #expect(resolution.loser == nil)
    #expect(resolution.result?.vector.compared(with: settled) == .dominates)
  }

  @Test func `versions of one replica that are not the same are in conflict`() throws {
    // As after a state that was copied without anybody noticing.
    let resolution = TwoWay(policy: .keepBoth).resolve(
      source: Holding.old.entry(Self.first), destination: Holding.new.entry(Self.first))
    #expect(resolution.verdict == .conflict(winner: .destination))
    #expect(resolution.loser != nil)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `three concurrent versions come to one, in whatever order they meet`(seed: UInt64) throws {
    let rules = TwoWay(policy: .keepBoth)
    let vectors = [Self.first, Self.second, VersionVector(ReplicaID(rawValue: 3), 2)]
    var random = SplitMix(seed: seed)
    for _ in 0..<300 {
      let entries = vectors.compactMap { vector in
        Holding.allCases.dropFirst().randomElement(using: &random)?.entry(vector)
      }
      let orders = [[0, 1, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
      let results = orders.map { order in
        order.dropFirst().reduce(entries[order[0]] as Entry?) { known, next in
          rules.resolve(source: known, destination: entries[next]).result
        }
      }
      let attributes = Set(results.map { $0?.attributes })
      #expect(attributes.count == 1, "seed \(seed): \(entries)")
      #expect(Set(results.map { $0?.vector.counters }).count == 1, "seed \(seed)")
    }
  }
}
