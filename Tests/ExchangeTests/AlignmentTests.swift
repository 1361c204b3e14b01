import TestSupport
import Testing
import Wire

@testable import Exchange

@Suite struct AlignmentTests {
  /// Marks by name; the tag is the name, too, unless given behind it.
  private static func marks(_ names: [UInt32], changed: Set<Int> = []) -> [Mark] {
    names.enumerated().map { index, name in
      Mark(name: name, tag: changed.contains(index) ? UInt64(name) | 1 << 32 : UInt64(name))
    }
  }

  @Test func `equal lists have no stretches`() {
    let marks = Self.marks([3, 1, 2])
    #expect(Alignment.differences(mine: marks, theirs: marks).isEmpty)
    #expect(Alignment.differences(mine: [], theirs: []).isEmpty)
  }

  @Test func `a stretch is as short as the names allow`() {
    let mine = Self.marks([1, 2, 3, 4, 5])
    #expect(
      Alignment.differences(mine: mine, theirs: Self.marks([1, 2, 3, 4, 5], changed: [1, 4]))
        == [Stretch(mine: 1..<2, theirs: 1..<2), Stretch(mine: 4..<5, theirs: 4..<5)])
    #expect(
      Alignment.differences(mine: mine, theirs: Self.marks([1, 8, 9, 3, 5]))
        == [Stretch(mine: 1..<3, theirs: 1..<4), Stretch(mine: 3..<5, theirs: 4..<5)])
  }

  @Test func `the last nodes are neighbours whatever their names`() {
    #expect(
      Alignment.differences(mine: Self.marks([1, 2]), theirs: Self.marks([1, 9]))
        == [Stretch(mine: 1..<2, theirs: 1..<2)])
    #expect(
      Alignment.differences(mine: Self.marks([1, 2]), theirs: Self.marks([2, 9, 1]))
        == [Stretch(mine: 0..<2, theirs: 0..<3)])
  }

  @Test func `a list against nothing is one stretch`() {
    let marks = Self.marks([1, 2])
    #expect(
      Alignment.differences(mine: marks, theirs: []) == [Stretch(mine: 0..<2, theirs: 0..<0)])
    #expect(
      Alignment.differences(mine: [], theirs: marks) == [Stretch(mine: 0..<0, theirs: 0..<2)])
  }

  @Test(arguments: SplitMix.seeds)
  func `stretches cover all but equal nodes, in order, also where names clash`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    for _ in 0..<2000 {
      let mine = Self.clashing(using: &random)
      let theirs = Self.clashing(using: &random)
      var next = (mine: 0, theirs: 0)
      for stretch in Alignment.differences(mine: mine, theirs: theirs) {
        let gap = stretch.mine.lowerBound - next.mine
        #expect(gap >= 0 && gap == stretch.theirs.lowerBound - next.theirs, "seed \(seed)")
        #expect(!stretch.mine.isEmpty || !stretch.theirs.isEmpty, "seed \(seed)")
        #expect(
          mine[next.mine..<stretch.mine.lowerBound].map(\.tag)
            == theirs[next.theirs..<stretch.theirs.lowerBound].map(\.tag), "seed \(seed)")
        next = (stretch.mine.upperBound, stretch.theirs.upperBound)
      }
      #expect(mine[next.mine...].map(\.tag) == theirs[next.theirs...].map(\.tag), "seed \(seed)")
    }
  }

  @Test(arguments: SplitMix.seeds)
  func `entries are unequal that the other list lacks`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    for _ in 0..<500 {
      let mine = (0..<(random.next() % 8)).map { _ in random.next() % 10 }
      let theirs = (0..<(random.next() % 8)).map { _ in random.next() % 10 }
      let unequal = Alignment.unequal(mine: mine, theirs: theirs)
      #expect(unequal.mine == mine.indices.filter { !theirs.contains(mine[$0]) }, "seed \(seed)")
      #expect(unequal.theirs == theirs.indices.filter { !mine.contains(theirs[$0]) })
    }
  }

  /// A short list of few names and tags.
  private static func clashing(using random: inout SplitMix) -> [Mark] {
    (0..<(random.next() % 9)).map { _ in
      Mark(name: UInt32(random.next() % 4), tag: random.next() % 3)
    }
  }
}
