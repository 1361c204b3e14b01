import Replica
import TestSupport
import Testing

@testable import Merkle

@Suite struct BoundaryTests {
  /// Computed apart from the program, from the manual's words.
  @Test(
    arguments: [
      ("a", 0x2db9_43d0_201e_6c7c), ("bin\0run", 0x10ff_6b72_058c_d0ba),
      ("file-00000", 0xf897_16d2_765e_74d3),
    ] as [(String, UInt64)])
  func `keys have the published hashes`(key: String, hash: UInt64) {
    #expect(Boundary(of: Array(key.utf8).span).rawValue == hash)
    #expect(Boundary(rawValue: hash).tag == UInt32(hash >> 32))
  }

  @Test(
    arguments: zip([1, 0b10000, 1 << 5, 1 << 9, 1 << 10, 1 << 63, 0], [0, 0, 1, 1, 2, 12, 12]))
  func `five zero bits lift a key by one level`(hash: UInt64, height: Int) {
    #expect(TreeShape.standard.height(of: Boundary(rawValue: hash)) == height)
  }

  @Test(
    arguments: zip([1, 1 << 9, 1 << 10, 1 << 12, 1 << 13, 1 << 16, 0], [0, 0, 1, 1, 2, 3, 19]))
  func `a bucket may take more bits than a level`(hash: UInt64, height: Int) {
    let shape = TreeShape(bucketBits: 10, fanoutBits: 3)
    #expect(shape.height(of: Boundary(rawValue: hash)) == height)
  }

  @Test(arguments: [TreeShape.standard, TreeShape(bucketBits: 7, fanoutBits: 2)])
  func `buckets and nodes hold what the shape says on average`(shape: TreeShape) {
    let tree = Tree(EntryRun.simulated(count: 20_000, seed: 1), .state, shape: shape)
    let bucketCount = Double(tree.bucketCount)
    let entries = Double(tree.entryCount) / bucketCount / Double(1 << shape.bucketBits)
    #expect((0.85...1.15).contains(entries))
    let children =
      bucketCount / Double(tree.nodes(atLevel: 2).count) / Double(1 << shape.fanoutBits)
    #expect((0.7...1.4).contains(children))
  }

  @Test func `the bounds are sixteen times the averages`() {
    #expect(TreeShape.standard.maximumCount == 512 && TreeShape.standard.maximumFanout == 512)
    let shape = TreeShape(bucketBits: 10, fanoutBits: 5)
    #expect(shape.maximumCount == 16_384 && shape.maximumFanout == 512)
  }

  @Test func `a run ends at a boundary of its level, or when it is full`() {
    let shape = TreeShape(bucketBits: 1, fanoutBits: 1, maximumCount: 3)
    let low = Boundary(rawValue: 0b10)
    let high = Boundary(rawValue: 0b100)
    var cutter = RunCutter(level: 2, shape: shape)
    #expect(cutter.isAtStart)
    let ends = [low, high, high, low, low, low, low].map { cutter.endsRun(after: $0) }
    #expect(ends == [false, true, true, false, false, true, false])
    #expect(!cutter.isAtStart)
  }

  @Test(arguments: zip([1, 2, 3], [64, 32, 32]))
  func `a bucket's bound is not a node's`(level: Int, maximumCount: Int) {
    var cutter = RunCutter(level: level, shape: TreeShape(bucketBits: 2, fanoutBits: 1))
    let ends = (1...maximumCount).map { _ in cutter.endsRun(after: Boundary(rawValue: 1)) }
    #expect(ends.firstIndex(of: true) == maximumCount - 1)
  }
}

/// Names that someone chose so that the tree becomes long or deep.
@Suite struct CraftedKeyTests {
  /// Entries whose keys have a height that `isChosen` takes.
  private static func run(count: Int, where isChosen: (Int) -> Bool) -> EntryRun {
    var run = EntryRun()
    var number = 1_000_000
    while run.count < count {
      number += 1
      let key = Array("crafted-\(number)".utf8)
      guard isChosen(TreeShape.standard.height(of: Boundary(of: key.span))) else { continue }
      run.append(key: key.span, attributes: .directory(mode: 0o755), vector: VersionVector())
    }
    return run
  }

  @Test func `without a boundary runs are cut after 512`() {
    let tree = Tree(Self.run(count: 5000) { $0 == 0 }, .state)
    #expect(tree.bucketCount == 10)
    #expect(tree.height == 2)
    #expect(
      (0..<10).map { tree.entryCount(inBuckets: $0..<($0 + 1)) } == Array(repeating: 512, count: 9)
        + [5000 - 9 * 512])
  }

  @Test func `with nothing but boundaries the tree is no deeper`() {
    let tree = Tree(Self.run(count: 1000) { $0 >= 1 }, .state)
    #expect(tree.bucketCount == 1000)
    #expect((2...5).contains(tree.height))
    #expect(tree.nodeCount < 1100)
  }

  @Test func `with nothing but high boundaries a level more is full, and no other`() {
    let tree = Tree(Self.run(count: 60) { $0 >= 2 }, .state)
    #expect(tree.nodes(atLevel: 1).count == 60)
    #expect(tree.nodes(atLevel: 2).count == 60)
    #expect((3...4).contains(tree.height))
  }

  @Test(arguments: [2, 3, 512])
  func `boundaries of any height end in one root`(maximumCount: Int) {
    let shape = TreeShape(bucketBits: 5, fanoutBits: 5, maximumCount: maximumCount)
    var hasher = NodeHasher()
    var buckets = Tree.Level()
    var keys = KeyList()
    for number in 0..<300 {
      buckets.append(.zero, Boundary(rawValue: 0), childCount: 1)
      keys.append([UInt8(number / 256), UInt8(number % 256)])
    }
    let tree = Tree(
      projection: .state, shape: shape, buckets: buckets, firstKeys: keys, former: nil,
      using: &hasher)
    #expect(tree.nodes(atLevel: 12).count == 300)
    #expect(tree.height <= 12 + 9)
  }

  @Test func `an insertion into a crafted run moves no cut beyond the next boundary`() {
    let crafted = Self.run(count: 2000) { $0 == 0 }
    let rest = EntryRun.simulated(count: 3000, seed: 1)
    let all = crafted.replacing(rest.entries)
    let inserted = crafted.entry(at: 3).path.appending("x".utf8)
    let after = all.replacing([
      Entry(path: inserted, attributes: .directory(mode: 0), vector: VersionVector())
    ])
    let (old, new) = (Tree(all, .state), Tree(after, .state))
    let kept = Set(old.picture[0]).intersection(new.picture[0])
    #expect(old.bucketCount - kept.count <= 5)
    let stored = StoredBuckets(all, shape: .standard)
    #expect(stored.tree(of: after, .state).tree.picture == new.picture)
  }
}
