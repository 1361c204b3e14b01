import Hashing
import Replica
import TestSupport
import Testing

@testable import Merkle

@Suite struct TreeTests {
  @Test(arguments: [TreeShape.standard, TreeShape(bucketBits: 1, fanoutBits: 1, maximumCount: 4)])
  func `each level holds the one below, in order and without a gap`(shape: TreeShape) {
    let tree = Tree(EntryRun.simulated(count: 3000, seed: 1), .state, shape: shape)
    #expect(tree.nodes(atLevel: tree.height) == 0..<1)
    for level in 2...tree.height {
      var next = 0
      for node in tree.nodes(atLevel: level) {
        let children = tree.children(of: node..<(node + 1), atLevel: level - 1)
        #expect(children.lowerBound == next && (1...shape.maximumFanout).contains(children.count))
        #expect(
          tree.boundary(of: node, atLevel: level)
            == tree.boundary(of: children.upperBound - 1, atLevel: level - 1))
        let buckets = tree.buckets(below: node..<(node + 1), ofLevel: level)
        #expect(buckets == tree.buckets(below: children, ofLevel: level - 1))
        next = children.upperBound
      }
      #expect(next == tree.nodes(atLevel: level - 1).count)
    }
    #expect(tree.entryCount(inBuckets: 0..<tree.bucketCount) == tree.entryCount)
  }

  @Test func `above the root there is nothing but the root`() {
    let tree = Tree(EntryRun.simulated(count: 300, seed: 1), .state)
    for level in tree.height...70 {
      #expect(tree.nodes(atLevel: level) == 0..<1)
      #expect(tree.digest(of: 0, atLevel: level) == tree.root)
      #expect(tree.children(of: 0..<1, atLevel: level) == 0..<1)
      #expect(tree.buckets(below: 0..<1, ofLevel: level) == 0..<tree.bucketCount)
    }
  }

  @Test func `a tree without entries has no levels`() {
    let tree = Tree(EntryRun(), .state)
    #expect(tree.height == 0 && tree.bucketCount == 0 && tree.entryCount == 0)
    #expect(tree.nodes(atLevel: 1).isEmpty)
    #expect(tree.root == Tree(EntryRun(), .content).root)
  }

  @Test func `a node's level and count are part of its digest`() {
    var hasher = NodeHasher()
    let children = [Digest.zero]
    let digests = [
      hasher.digest(level: 1, children: children.span),
      hasher.digest(level: 2, children: children.span),
      hasher.digest(level: 2, children: [.zero, .zero].span),
      hasher.digest(ofBucket: Digest.zero.bytes, count: 1),
      hasher.digest(ofBucket: Digest.zero.bytes, count: 2),
      Digest.zero,
    ]
    #expect(Set(digests).count == digests.count)
  }
}
