import Replica
import TestSupport
import Testing

@testable import Merkle

/// A tree depends on its entries alone, and not on how they came to be there.
@Suite struct HistoryTests {
  /// The standard shape, and one in which a few hundred entries make a deep tree with hard cuts.
  private static let shapes = [
    TreeShape.standard, TreeShape(bucketBits: 2, fanoutBits: 2, maximumCount: 8),
    TreeShape(bucketBits: 1, fanoutBits: 1, maximumCount: 3),
  ]

  @Test(arguments: SplitMix.seeds, shapes)
  func `a tree built from stored buckets is the tree built anew`(
    seed: UInt64, shape: TreeShape
  ) {
    var random = SplitMix(seed: seed)
    var run = EntryRun.simulated(count: 600, seed: seed)
    for _ in 0..<8 {
      let stored = StoredBuckets(run, shape: shape)
      run = Self.changed(run, using: &random)
      for projection in [Projection.state, .content] {
        let anew = Tree(run, projection, shape: shape)
        let (built, takenCount) = stored.tree(of: run, projection)
        #expect(built.picture == anew.picture, "seed \(seed)")
        #expect(projection == .content || takenCount > 0, "seed \(seed)")
        Self.expectFirstKeys(of: built, run)
        Self.expectFirstKeys(of: anew, run)
      }
    }
  }

  @Test(arguments: SplitMix.seeds, shapes)
  func `a tree renewed where entries changed is the tree built anew`(
    seed: UInt64, shape: TreeShape
  ) throws {
    var random = SplitMix(seed: seed)
    // With and without a filter, through which some of the entries are not seen.
    for hides in [false, true] {
      var run = seed % 3 == 0 ? EntryRun() : EntryRun.simulated(count: 600, seed: seed)
      var stored = StoredBuckets(run, shape: shape, hides: hides)
      var trees = [Projection.state, .content].map { Tree(stored.shown, $0, shape: shape) }
      for _ in 0..<8 {
        let former = run
        run = run.isEmpty ? .simulated(count: 90, seed: seed) : Self.changed(run, using: &random)
        // What was hidden may begin a bucket; the first bucket may be gone.
        if random.next() % 4 == 0 { run = run.filtered { $0 > run.count / 3 } }
        stored = StoredBuckets(run, shape: shape, hides: hides)
        for (index, tree) in trees.enumerated() {
          var stale = StaleBuckets(of: tree)
          for path in former.changedPaths(to: run) { stale.insert(path.key.span, of: tree) }
          trees[index] = try tree.renewed(at: stale, from: stored)
          let anew = Tree(stored.shown, tree.projection, shape: shape)
          #expect(trees[index].picture == anew.picture, "seed \(seed)")
          Self.expectFirstKeys(of: trees[index], stored.shown)
        }
      }
    }
  }

  @Test func `what a renewal reads follows what changed`() throws {
    let run = EntryRun.simulated(count: 20_000, seed: 1)
    let tree = Tree(run, .state)
    let edited = run.replacing(
      [7, 9_000].map { index in
        var entry = run.entry(at: index)
        entry.attributes = .tombstone(deleted: 5)
        return entry
      })
    let stored = StoredBuckets(edited, shape: .standard)
    var stale = StaleBuckets(of: tree)
    for path in run.changedPaths(to: edited) { stale.insert(path.key.span, of: tree) }
    #expect(try tree.renewed(at: stale, from: stored).root == Tree(edited, .state).root)
    #expect(stored.readCount.value <= 4)
    #expect(try tree.renewed(at: StaleBuckets(of: tree), from: stored).root == tree.root)
    #expect(stored.readCount.value <= 4)
  }

  @Test(arguments: SplitMix.seeds)
  func `entries may be inserted in any order`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let shape = TreeShape(bucketBits: 2, fanoutBits: 2, maximumCount: 8)
    let entries = EntryRun.simulated(count: 100, seed: seed).entries
    let root = Tree(EntryRun(entries), .state, shape: shape).root
    var run = EntryRun()
    for entry in entries.shuffled(using: &random) {
      let stored = StoredBuckets(run, shape: shape)
      run = run.replacing([entry])
      let updated = stored.tree(of: run, .state).tree
      #expect(updated.picture == Tree(run, .state, shape: shape).picture, "seed \(seed)")
    }
    #expect(Tree(run, .state, shape: shape).root == root)
  }

  @Test func `an unchanged tree is made of its stored buckets`() {
    let run = EntryRun.simulated(count: 1200, seed: 1)
    let stored = StoredBuckets(run, shape: .standard)
    let (tree, takenCount) = stored.tree(of: run, .state)
    #expect(tree.bucketCount == stored.buckets.count)
    #expect((stored.buckets.count - 1...stored.buckets.count).contains(takenCount))
  }

  @Test func `a bucket is not taken in the middle of another`() {
    let run = EntryRun.simulated(count: 300, seed: 1)
    let stored = StoredBuckets(run, shape: .standard)
    var builder = TreeBuilder(.state)
    builder.append(EntryRun([stored.buckets[0].run.entry(at: 0)]))
    let isTaken = builder.append(stored.buckets[1].summary)
    #expect(!isTaken)
  }

  /// Edits, removals, deletions and insertions, a few or a stretch of them.
  private static func changed(_ run: EntryRun, using random: inout SplitMix) -> EntryRun {
    let place = Int(random.next() % UInt64(run.count))
    let near = place..<min(run.count, place + Int(random.next() % 60))
    let some = run.slots.indices.filter { _ in random.next() % 200 == 0 }
    switch random.next() % 6 {
    case 0: return run.filtered { !near.contains($0) }
    case 1: return run.filtered { !some.contains($0) }
    case 2: return run.replacing(some.map { run.entry(at: $0).edited(using: &random) })
    case 3:
      return run.replacing(
        near.map { index in
          var entry = run.entry(at: index)
          entry.attributes = .tombstone(deleted: 5)
          return entry
        })
    default:
      let parent = run.path(at: place)
      return run.replacing(
        (100...(100 + random.next() % 60)).map { number in
          Entry(
            path: parent.appending("new-\(number)".utf8), attributes: random.attributes(),
            vector: random.vector())
        })
    }
  }

  /// The first key of a bucket is where it can be found: after the bucket before, and not after
  /// the first entry that it shows.
  private static func expectFirstKeys(of tree: Tree, _ run: EntryRun) {
    let shown = run.filtered { tree.projection.shows(run.attributes(at: $0)) }
    #expect(tree.entryCount == shown.count)
    for bucket in 0..<tree.bucketCount {
      let key = Path(uncheckedKey: tree.firstKey(ofBucket: bucket))
      let first = tree.entryCount(inBuckets: 0..<bucket)
      #expect(key <= shown.path(at: first))
      if first > 0 { #expect(shown.path(at: first - 1) < key) }
    }
  }
}
