import Replica
import TestSupport
import Testing

@testable import Session

@Suite struct UnknownPathsTests {
  private static func path(_ text: String) -> Path {
    Path(uncheckedKey: text.utf8.map { $0 == UInt8(ascii: "/") ? 0 : $0 })
  }

  @Test func `what is named is covered, and what is below it`() {
    let unknown = UnknownPaths(["d/e", "a", "d/e/f", "d/e/f/g", "a/b", "a"].map(Self.path))
    for covered in ["a", "a/b", "a/b/c", "a/z", "d/e", "d/e/a", "d/e/f", "d/e/z/f"] {
      #expect(unknown.covers(Self.path(covered)), "\(covered)")
    }
    for other in ["A", "aa", "b", "d", "d/d", "d/ee", "d/f", "z"] {
      #expect(!unknown.covers(Self.path(other)), "\(other)")
    }
    #expect(!unknown.covers(.root))
    #expect(!UnknownPaths([]).covers(Self.path("a")))
    #expect(UnknownPaths([.root]).covers(Self.path("a")))
  }

  @Test(arguments: SplitMix.seeds)
  func `paths are covered by any of theirs that are named`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    func draw() -> Path {
      var path = Path.root
      for _ in 0..<(1 + random.next() % 4) {
        path = path.appending([[0x61], [0x61, 0x2d], [0x62]][Int(random.next() % 3)])
      }
      return path
    }
    let named = (0..<6).map { _ in draw() }
    let unknown = UnknownPaths(named)
    for _ in 0..<200 {
      let path = draw()
      #expect(
        unknown.covers(path) == named.contains { $0 == path || path.isBelow($0) },
        "\(path) \(named)")
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `how deep a path is matters little`() {
    let unknown = UnknownPaths([Self.path("b")])
    let deep = Path(
      uncheckedKey: Array(Array(repeating: [0x61], count: 32_700).joined(separator: [0])))
    for _ in 0..<100 { #expect(!unknown.covers(deep)) }
  }
}
