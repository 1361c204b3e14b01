import Hashing
import Replica
import TestSupport
import Testing

@testable import Merkle

@Suite struct ProjectionTests {
  private static let a = VersionVector(ReplicaID(rawValue: 1))
  private static let other = Digest([UInt8](repeating: 7, count: 32).span.bytes)

  /// What a path may hold, and what the content digest may see of it.
  private static let choices: [(seen: Int, attributes: Attributes?, vector: VersionVector)] = [
    (0, nil, a),
    (0, .tombstone(deleted: 1), a),
    (0, .tombstone(deleted: 2), a),
    (1, .file(mode: 0o644, size: 3, modified: 9, digest: other), a),
    (
      1, .file(mode: 0o644, size: 3, modified: 9, digest: other),
      a.raised(by: ReplicaID(rawValue: 1), in: 0)
    ),
    (1, .file(mode: 0o644, size: 3, modified: 8, digest: other), a),
    (1, .file(mode: 0o611, size: 3, modified: 9, digest: other), a),
    (2, .file(mode: 0o744, size: 3, modified: 9, digest: other), a),
    (3, .file(mode: 0o644, size: 4, modified: 9, digest: other), a),
    (4, .file(mode: 0o644, size: 3, modified: 9, digest: .zero), a),
    (5, .link(size: 3, modified: 9, digest: other), a),
    (6, .directory(mode: 0o755), a),
    (6, .directory(mode: 0o700), a),
  ]

  private static func run(_ choice: [Int]) -> EntryRun {
    var run = EntryRun()
    for (key, index) in zip(["a", "a\0b", "c"], choice) {
      guard let attributes = choices[index].attributes else { continue }
      run.append(key: Array(key.utf8).span, attributes: attributes, vector: choices[index].vector)
    }
    return run
  }

  private static let combinations = choices.indices.flatMap { first in
    choices.indices.flatMap { second in choices.indices.map { [first, second, $0] } }
  }

  @Test(arguments: [TreeShape.standard, TreeShape(bucketBits: 1, fanoutBits: 1, maximumCount: 2)])
  func `state roots are equal if and only if the entries are`(shape: TreeShape) {
    let roots = Self.combinations.map { Tree(Self.run($0), .state, shape: shape).root }
    #expect(Set(roots).count == Self.combinations.count)
  }

  @Test(arguments: [TreeShape.standard, TreeShape(bucketBits: 1, fanoutBits: 1, maximumCount: 2)])
  func `attributes roots are equal if and only if what live entries say is`(shape: TreeShape) {
    var roots: [[Attributes?]: Digest] = [:]
    for combination in Self.combinations {
      let root = Tree(Self.run(combination), .attributes, shape: shape).root
      let said = combination.map { Self.choices[$0].attributes.flatMap { $0.isLive ? $0 : nil } }
      #expect(roots.updateValue(root, forKey: said) ?? root == root, "\(combination)")
    }
    #expect(roots.count == 10 * 10 * 10)
    #expect(Set(roots.values).count == roots.count)
  }

  @Test(arguments: [TreeShape.standard, TreeShape(bucketBits: 1, fanoutBits: 1, maximumCount: 2)])
  func `content roots are equal if and only if the live content is`(shape: TreeShape) {
    var roots: [[Int]: Digest] = [:]
    for combination in Self.combinations {
      let root = Tree(Self.run(combination), .content, shape: shape).root
      let seen = combination.map { Self.choices[$0].seen }
      #expect(roots.updateValue(root, forKey: seen) ?? root == root, "\(combination)")
    }
    #expect(roots.count == 7 * 7 * 7)
    #expect(Set(roots.values).count == roots.count)
  }

  @Test(arguments: SplitMix.seeds)
  func `the content tree is that of the live entries, whatever else there is`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let run = EntryRun.simulated(count: 2000, seed: seed)
    let live = run.filtered { run.attributes(at: $0).isLive }
    try #require(live.count < run.count)
    let picture = Tree(live, .content).picture
    #expect(Tree(run, .content).picture == picture)
    let touched = live.entries.map { entry in
      var entry = entry
      entry.vector = random.vector()
      let old = entry.attributes
      if old.kind == .file {
        entry.attributes = .file(
          mode: old.mode ^ 0o022, size: old.size, modified: 7, digest: old.digest)
      }
      return entry
    }
    #expect(Tree(EntryRun(touched), .content).picture == picture)
    #expect(Tree(EntryRun(touched), .state).root != Tree(live, .state).root)
  }
}
