import Merkle
import Replica
import TestSupport
import Testing

@testable import bench

@Suite struct KeySpaceTests {
  @Test(arguments: [0, 4_590, 4_599_990, 999_999_900])
  func `keys ascend with their numbers`(first: Int) throws {
    var run = EntryRun()
    KeySpace(count: 1_000_000_000).append(first..<(first + 100), to: &run)
    #expect(run.count == 100)
    let paths = run.entries.map(\.path)
    #expect(zip(paths, paths.dropFirst()).allSatisfy { $0 < $1 })
    for path in paths { #expect(try Path(key: path.key) == path) }
  }

  @Test func `a tree made from another is the tree made anew`() throws {
    let shape = TreeShape(bucketBits: 4, fanoutBits: 2)
    let base = KeyHolder(KeySpace(count: 5_000), shape: shape)
    let numbers = [0, 17, 18, 2_500, 4_999]
    let anew = KeyHolder(KeySpace(count: 5_000, edited: numbers), shape: shape)
    #expect(try base.edited(numbers).end.tree.root == anew.tree.root)
    #expect(try base.edited([]).end.tree.root == base.tree.root)
    #expect(anew.tree.root != base.tree.root)
  }

  @Test func `a comparison finds what was edited`() throws {
    let base = KeyHolder(KeySpace(count: 20_000), shape: .standard)
    let numbers = [3, 9_999, 10_000]
    let meeting = try Meeting(base.edited(numbers).end, base)
    #expect(Set(meeting.mine.keys) == Set(numbers.map(base.space.path(of:))))
  }
}
