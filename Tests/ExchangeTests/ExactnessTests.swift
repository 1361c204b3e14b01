import Merkle
import Replica
import TestSupport
import Testing
import Wire

@testable import Exchange

/// Two sets of entries that stand to each other in some way.
enum Scenario: CaseIterable, Sendable {
  case equal, oneChanged, oneAdded, oneRemoved, scattered, adjacent, mixed, allChanged, disjoint
  case interleaved, mineEmpty, theirsEmpty, bothEmpty, myNewDirectory, theirNewDirectory
  case otherTimesOnly

  func pair(count: Int, seed: UInt64) -> (EntryRun, EntryRun) {
    var random = SplitMix(seed: seed)
    let base = EntryRun.simulated(count: count, seed: seed)
    func edits(_ indices: some Sequence<Int>) -> [Entry] {
      indices.map { base.entry(at: $0).edited(using: &random) }
    }
    func directory(_ name: String) -> [Entry] {
      (0..<count).map { number in
        let key = Array("project-00000\0\(name)\0new-\(100_000 + number)".utf8)
        return Entry(
          path: Path(uncheckedKey: key), attributes: random.attributes(), vector: random.vector())
      }
    }
    let place = Int(random.next() % UInt64(base.count))
    switch self {
    case .equal: return (base, base)
    case .oneChanged: return (base, base.replacing(edits([place])))
    case .oneAdded: return (base.filtered { $0 != place }, base)
    case .oneRemoved: return (base, base.filtered { $0 != place })
    case .scattered:
      let chosen = base.slots.indices.filter { _ in random.next() % 50 == 0 }
      return (base, base.replacing(edits(chosen)))
    case .adjacent:
      return (base.replacing(edits(place..<min(place + 40, base.count))), base)
    case .mixed:
      let chosen = base.slots.indices.filter { _ in random.next() % 10 == 0 }
      let lost = Set(base.slots.indices.filter { _ in random.next() % 10 == 0 })
      let gone = Set(base.slots.indices.filter { _ in random.next() % 10 == 0 })
      return (
        base.replacing(edits(chosen)).filtered { !lost.contains($0) },
        base.filtered { !gone.contains($0) }
      )
    case .allChanged: return (base, base.replacing(edits(base.slots.indices)))
    case .disjoint: return (base, EntryRun(directory("elsewhere")))
    case .interleaved: return (base.filtered { $0 % 2 == 0 }, base.filtered { $0 % 2 == 1 })
    case .mineEmpty: return (EntryRun(), base)
    case .theirsEmpty: return (base, EntryRun())
    case .bothEmpty: return (EntryRun(), EntryRun())
    case .myNewDirectory: return (base.replacing(directory("folder-0505")), base)
    case .theirNewDirectory: return (base, base.replacing(directory("folder-0505")))
    case .otherTimesOnly:
      let touched = base.entries.map { entry in
        var entry = entry
        entry.vector = entry.vector.raised(by: ReplicaID(rawValue: 0x70c4), in: 0)
        return entry
      }
      return (base, EntryRun(touched))
    }
  }
}

@Suite struct ExactnessTests {
  /// A shape with which a few hundred entries make a tree as deep as millions do.
  private static let deep = TreeShape(bucketBits: 2, fanoutBits: 2, maximumCount: 16)

  @Test(arguments: Scenario.allCases, [Projection.state, .content])
  func `what is found is what differs`(scenario: Scenario, projection: Projection) throws {
    for count in [3, 200, 1000] {
      for seed in SplitMix.seeds {
        let pair = scenario.pair(count: count, seed: seed)
        for shape in [TreeShape.standard, Self.deep] {
          try expectExact(pair, projection, shape, "\(count) entries, seed \(seed), \(shape)")
        }
      }
    }
  }

  @Test func `trees of different shapes are compared exactly`() throws {
    let pair = Scenario.mixed.pair(count: 1500, seed: 7)
    let meeting = try Meeting(
      Holder(pair.0, .state, shape: Self.deep), Holder(pair.1, .state, shape: .standard))
    expectExact(meeting, pair, .state, "two shapes")
  }

  private func expectExact(
    _ pair: (EntryRun, EntryRun), _ projection: Projection, _ shape: TreeShape, _ note: String
  ) throws {
    let ends = (
      Holder(pair.0, projection, shape: shape), Holder(pair.1, projection, shape: shape)
    )
    let meeting = try Meeting(ends.0, ends.1, windowCount: 8)
    expectExact(meeting, pair, projection, note)
    let narrow = try Meeting(ends.0, ends.1, windowCount: 1)
    #expect(narrow.mine == meeting.mine && narrow.theirs == meeting.theirs, "\(note)")
    #expect(
      (ends.0.tree.root == ends.1.tree.root) == (meeting.mine.isEmpty && meeting.theirs.isEmpty),
      "\(note)")
  }

  /// Everything that differs is found as it is; what is found besides is at both ends alike.
  private func expectExact(
    _ meeting: Meeting, _ pair: (EntryRun, EntryRun), _ projection: Projection, _ note: String
  ) {
    let truth = TrueDifference(pair.0, pair.1, projection)
    #expect(truth.mine.filter { meeting.mine[$0.key] != $0.value }.isEmpty, "\(note)")
    #expect(truth.theirs.filter { meeting.theirs[$0.key] != $0.value }.isEmpty, "\(note)")
    let extraMine = meeting.mine.keys.filter { truth.mine[$0] == nil }
    let extraTheirs = meeting.theirs.keys.filter { truth.theirs[$0] == nil }
    #expect(Set(extraMine) == Set(extraTheirs), "\(note)")
  }
}
