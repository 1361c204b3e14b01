import Replica
import Testing

@testable import Reconcile

@Suite struct ConflictCopyTests {
  private static func loser(_ path: String, at seconds: Int64 = 1_700_000_000) throws -> Entry {
    Entry(
      path: try Path(slashed: Array(path.utf8)),
      attributes: Situation.file(byte: 1, modified: seconds * 1_000_000_000 + 5),
      vector: VersionVector(ReplicaID(rawValue: 0x0123_4567_89ab_cdef), 3))
  }

  private static func copy(_ loser: Entry) -> String {
    String(decoding: ConflictCopy.entry(of: loser).path.slashed, as: UTF8.self)
  }

  @Test(
    arguments: [
      ("d/report.txt", "d/report.sync-conflict-20231114-221320-0123456701010101.txt"),
      ("report", "report.sync-conflict-20231114-221320-0123456701010101"),
      (".profile", ".profile.sync-conflict-20231114-221320-0123456701010101"),
      ("a.tar.gz", "a.tar.sync-conflict-20231114-221320-0123456701010101.gz"),
    ])
  func `a copy is called after its file, its time and its replica`(
    path: String, expected: String
  ) throws {
    #expect(Self.copy(try Self.loser(path)) == expected)
  }

  @Test(
    arguments: [
      (0, "19700101-000000"), (-1, "19691231-235959"), (951_782_400, "20000229-000000"),
      (4_102_444_799, "20991231-235959"), (-2_208_988_800, "19000101-000000"),
    ] as [(Int64, String)])
  func `the time is that of the version, in UTC`(seconds: Int64, expected: String) throws {
    #expect(Self.copy(try Self.loser("f", at: seconds)).contains("-conflict-\(expected)-"))
  }

  @Test func `the version is kept as it was`() throws {
    let loser = try Self.loser("f")
    let copy = ConflictCopy.entry(of: loser)
    #expect(copy.attributes == loser.attributes && copy.vector == loser.vector)
  }

  @Test func `long names stay names, and stay apart`() throws {
    let stem = String(repeating: "ä", count: 120)
    let copies = try ["x.txt", "y.txt"].map { Self.copy(try Self.loser(stem + $0)) }
    #expect(copies[0] != copies[1])
    for copy in copies {
      #expect(copy.utf8.count <= 255)
      #expect(copy.hasSuffix(".txt") && !copy.contains("\u{fffd}"))
    }
  }

  @Test(arguments: ["d/report.txt", "report", ".profile", "a.tar.gz"])
  func `the original is found by the copy's name`(path: String) throws {
    let loser = try Self.loser(path)
    let copy = ConflictCopy.entry(of: loser)
    #expect(ConflictCopy.original(of: copy.path.name) == Array(loser.path.name))
  }

  @Test(
    arguments: [
      "f", "f.sync-conflict-", ".sync-conflict-20231114-221320-0123456701010101",
      "f.sync-conflict-20231114-221320-012345670101010",
      "f.sync-conflict-20231114-221320-012345670101010g",
      "f.sync-conflict-20231114x221320-0123456701010101",
      "f.sync-conflict-20231114-221320-0123456701010101txt",
    ])
  func `other names are of no copy`(name: String) {
    #expect(ConflictCopy.original(of: Array(name.utf8)) == nil)
  }
}
