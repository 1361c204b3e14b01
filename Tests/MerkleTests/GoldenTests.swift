import Hashing
import Replica
import Testing

@testable import Merkle

/// Roots that were computed apart from the program, from the words of `treemend-state.5`; they
/// change only with the version of the state.
@Suite struct GoldenTests {
  private static let a = ReplicaID(rawValue: 1)
  private static let b = ReplicaID(rawValue: 0x0123_4567_89ab_cdef)
  private static let time: Int64 = 1_700_000_000_123_456_789

  private static func digest(_ text: String) -> Digest {
    var sha256 = SHA256()
    return sha256.digest(of: Array(text.utf8))
  }

  private static func file(
    _ key: String, _ text: String, mode: UInt16 = 0o644, modified: Int64 = 0,
    _ vector: VersionVector = VersionVector(a)
  ) -> Entry {
    Entry(
      path: Path(uncheckedKey: Array(key.utf8)),
      attributes: .file(
        mode: mode, size: Int64(text.utf8.count), modified: modified, digest: digest(text)),
      vector: vector)
  }

  /// The example of the manual: an entry of each kind.
  private static let few = EntryRun([
    Entry(
      path: Path(uncheckedKey: Array("bin".utf8)), attributes: .directory(mode: 0o755),
      vector: VersionVector(a)),
    file("bin\0run", "#!/bin/sh\n", mode: 0o755, modified: time, VersionVector(a, 2)),
    Entry(
      path: Path(uncheckedKey: Array("current".utf8)),
      attributes: .link(size: 7, modified: time - 1, digest: digest("bin/run")),
      vector: VersionVector(a)),
    file(
      "empty", "", mode: 0o600, modified: -1,
      VersionVector(a).joined(with: VersionVector(b, 3))),
    Entry(
      path: Path(uncheckedKey: Array("gone".utf8)), attributes: .tombstone(deleted: time + 5),
      vector: VersionVector(b, 4)),
    file("\u{e9}", "hello\n", modified: time),
  ])

  private static func many(_ count: Int) -> EntryRun {
    EntryRun(
      (0..<count).map { number in
        let digits = String(number)
        let padding = String(repeating: "0", count: 5 - digits.count)
        return file("file-" + padding + digits, digits, modified: Int64(number) * 1000)
      })
  }

  @Test func `the example has the manual's bytes`() {
    var bytes: [UInt8] = []
    Self.few.encode(to: &bytes)
    #expect(
      bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        == """
        06020100000000000000efcdab89674523010401000101000001000201000002000101\
        03010000010104010000000362696e0001ed0303040072756e0100ed03aab4aed8c7bf\
        ce972f0aa8076d3d28d21e02012b20eaf7dbf75409a6277134439025f282e368e3305a\
        bf000763757272656e740002010757b94356302c85712d33811d8bda2a57b5181e3b49\
        6466db149873f6ed1182650005656d70747902008003a9b4aed8c7bfce972f00e3b0c4\
        4298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8550004676f6e65\
        0303b6b4aed8c7bfce972f0002c3a90000a40309065891b5b522d5df086d0ff0b110fb\
        d9d21bb4fc7163af34d08286a2e846f6be03
        """)
  }

  /// Entries that the manual describes.
  enum Sample {
    case nothing, one, example, thousand, fiveThousand

    var run: EntryRun {
      switch self {
      case .nothing: EntryRun()
      case .one: EntryRun([file("a", "")])
      case .example: few
      case .thousand: many(1000)
      case .fiveThousand: many(5000)
      }
    }
  }

  @Test(arguments: [
    (Sample.nothing, "c94952f634b874b289792efab48725b754bd76af18937033f55ed5349124483e"),
    (.one, "c792e5cb77608fad6173978f7ea21036f7e74872636169aabdc5cf77a908a48e"),
    (.example, "dbff150ebaff91f8c6f0b5e8349c415cb857e872d69d1a3496c7c7dd316e9a1c"),
    (.thousand, "92dd35d4b8ca1a2251d4759dd77ec146a81a01ff98770e0b2a40a5e7784ec16f"),
    (.fiveThousand, "d66bd9f7ec973cd4cfc0e1897d2c25365a20a4a96c4b6fa9068153f12df3900d"),
  ])
  func `state roots are the published ones`(sample: Sample, root: String) {
    #expect(Tree(sample.run, .state).root.description == root)
  }

  @Test(arguments: [
    (Sample.nothing, "c94952f634b874b289792efab48725b754bd76af18937033f55ed5349124483e"),
    (.one, "504aad6b9570e6879c041fcb72f998a72415901eb552827a5fa4f5af2220eb60"),
    (.example, "33d43b68b2b495d487249f552486fbd687648deb17b922c8af9bc03a602b1dfc"),
    (.thousand, "8f5898b2099fef675f0f33b1e3fe0c436468e2f799f1523b2fb688b780399a37"),
    (.fiveThousand, "3dd15a7ad82ba24136e36c7862c6378f6fbcc5fa2609cd4b3715da786c62e196"),
  ])
  func `content roots are the published ones`(sample: Sample, root: String) {
    #expect(Tree(sample.run, .content).root.description == root)
  }
}
