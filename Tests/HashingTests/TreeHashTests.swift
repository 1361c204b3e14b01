import Testing

@testable import Hashing

@Suite struct TreeHashTests {
  /// The leaves that the reference implementation of Certificate Transparency is tested with.
  private static let leaves: [[UInt8]] = [
    [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], Array(0x40...0x43), Array(0x50...0x57),
    Array(0x60...0x6f),
  ]

  @Test(arguments: [
    (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    (4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    (5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    (6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
  ])
  func `the reference leaves have the reference roots`(leafCount: Int, root: String) {
    #expect(Self.root(of: Self.leaves.prefix(leafCount)).description == root)
  }

  @Test(arguments: 0...70)
  func `a root is what the definition says`(leafCount: UInt8) {
    let leaves = (0..<leafCount).map { [UInt8](repeating: $0, count: Int($0)) }
    #expect(Self.root(of: leaves[...]) == Self.definedRoot(of: leaves[...]))
  }

  @Test func `a finished hash begins an empty list`() {
    var sha256 = SHA256()
    var tree = TreeHash()
    for count in [8, 3, 0, 7, 1, 0] {
      for leaf in Self.leaves.prefix(count) { tree.append(leaf, using: &sha256) }
      #expect(tree.finalize(using: &sha256) == Self.root(of: Self.leaves.prefix(count)))
    }
  }

  @Test func `a leaf is never taken for two`() {
    let left = Self.root(of: [[1]])
    let right = Self.root(of: [[2]])
    #expect(Self.root(of: [left.bytes + right.bytes]) != Self.root(of: [[1], [2]]))
    #expect(Self.root(of: [[1] + left.bytes + right.bytes]) != Self.root(of: [[1], [2]]))
  }

  private static func root(of leaves: ArraySlice<[UInt8]>) -> Digest {
    var sha256 = SHA256()
    var tree = TreeHash()
    for leaf in leaves { tree.append(leaf, using: &sha256) }
    return tree.finalize(using: &sha256)
  }

  /// RFC 9162, section 2.1.1, word for word.
  private static func definedRoot(of leaves: ArraySlice<[UInt8]>) -> Digest {
    var sha256 = SHA256()
    guard leaves.count > 1 else {
      let input = leaves.first.map { [0x00] + $0 } ?? []
      return sha256.digest(of: input.span.bytes)
    }
    var leftCount = 1
    while leftCount * 2 < leaves.count { leftCount *= 2 }
    let input =
      [0x01] + definedRoot(of: leaves.prefix(leftCount)).bytes
      + definedRoot(of: leaves.dropFirst(leftCount)).bytes
    return sha256.digest(of: input.span.bytes)
  }
}
