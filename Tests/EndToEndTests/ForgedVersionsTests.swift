import Replica
import TestSupport
import Testing
import Wire

/// An initiator that tells versions as it should not.
@Suite struct ForgedVersionsTests {
  private let cage: Cage

  init() throws {
    cage = try Cage()
  }

  /// Runs the far end with these frames after an honest greeting and order.
  private func served(
    as role: Open.Role = .both, _ flags: Open.Flags = .deletes, saying frames: [Frame]
  ) throws -> ProgramRun {
    try ForgedPeer.served(
      Forgery.greeting + Forgery.open(cage.root, as: role, flags)
        + frames.flatMap { $0.encoded(deflating: false) })
  }

  private func versions(_ runs: (key: String, vector: VersionVector?)..., isLast: Bool = true)
    throws
    -> Frame
  {
    var frames: [Frame] = []
    try withoutActuallyEscaping({ frames.append($0) }) { deliver in
      var writer = VersionRunsWriter(deliver: deliver)
      for run in runs {
        try writer.write(run.vector, from: Path(uncheckedKey: Array(run.key.utf8)))
      }
      try writer.finish()
    }
    var payload = frames[0].payload
    payload[0] = isLast ? 1 : 0
    return Frame(.versions, payload)
  }

  private let seen = VersionVector(Forgery.replica, 1)

  /// The versions that the far end tells, and its frames.
  private func told(_ run: ProgramRun) throws -> [VersionRun] {
    try Transcript(run.output).frames.filter { $0.kind == .versions }
      .flatMap { try VersionRuns(payload: $0.payload).runs }
  }

  @Test func `versions are told, and taken over where something is said`() throws {
    let ask = Frame(.wantVersions, [])
    let taken = try versions(("d", seen), ("kept", nil), ("link", seen))
    let run = try served(saying: [ask, taken, ask, Finish.run.frame])
    #expect(try Transcript(run.output).frames.count { $0.kind == .finished } == 2)
    #expect(run.ending == .exited(0), "\(run)")
    let told = try told(run)
    try #require(told.count == 4)
    let mine = try #require(told[0].vector)
    #expect(told[0].start == Path(uncheckedKey: Array("d".utf8)))
    #expect(told.map(\.vector) == [mine, mine.merged(with: seen), mine, mine.merged(with: seen)])
    try cage.expectUntouched()
  }

  @Test(arguments: [
    "compared", "dry run", "changes", "finished", "order", "frames", "own", "kind", "between",
  ])
  func `versions are refused that have no place, do not ascend or cannot be`(what: String) throws {
    let good = try versions(("d", seen))
    let run =
      switch what {
      case "compared": try served(as: .compared, [], saying: [good])
      case "dry run": try served(as: .both, .dryRun, saying: [good])
      case "changes":
        try served(saying: [Forgery.changes([.file(Array("forged".utf8))]), good])
      case "finished": try served(saying: [Finish.part.frame, good])
      case "order":
        try served(saying: [
          versions(("kept", seen), ("d", seen.raised(by: Forgery.replica, in: 9)))
        ])
      case "frames":
        try served(saying: [versions(("kept", seen), isLast: false), versions(("d", seen))])
      case "own": try served(saying: [versions(("d", forgedOwn()))])
      case "between":
        try served(saying: [versions(("d", seen), isLast: false), Frame(.wantVersions, [])])
      default: try served(saying: [Frame(.versions, [2])])
      }
    #expect(run.ending == .exited(12), "\(run)")
    try cage.expectUntouched()
  }

  @Test func `versions of which not all are told are let go`() throws {
    let cut = try served(saying: [versions(("d", seen), ("zzz", nil), isLast: false)])
    #expect(cut.ending == .exited(12), "\(cut)")
    let told = try told(served(saying: [Frame(.wantVersions, []), Finish.run.frame]))
    #expect(!told.isEmpty)
    #expect(told.allSatisfy { !($0.vector?.hasSeen(seen) ?? true) }, "\(told)")
  }

  @Test(arguments: [true, false])
  func `an honest peer that was told what cannot be passes it on to neither end`(
    pulling: Bool
  ) throws {
    try requireSuccess(Binary.treemend, cage.root, cage.empty)
    let status = try ProgramRun(Binary.treemend, "status", "--json", cage.empty).text
    let digits = try #require(status.firstMatch(of: /"replica":"([0-9a-f]{16})"/)?.1)
    let replica = ReplicaID(rawValue: try #require(UInt64(digits, radix: 16)))
    let told = try served(saying: [versions(("kept", VersionVector(replica, .max)), ("link", nil))])
    try #require(told.ending == .exited(0), "\(told)")
    let shell = try StandInShell(.plain, in: cage.directory).path
    let roots = pulling ? ["host:\(cage.root)", cage.empty] : [cage.root, "host:\(cage.empty)"]
    let run = try ProgramRun(Binary.treemend, ["-e", shell] + roots)
    #expect(run.ending == .exited(12), "\(run)")
    // A counter that can go no further would make this deletion as old as what it deletes.
    try requireSuccess("rm", "\(cage.empty)/kept")
    try requireSuccess(Binary.treemend, "--delete", cage.empty, cage.directory.appending("third"))
    #expect(!(try ProgramRun("ls", cage.directory.appending("third")).text.contains("kept")))
  }

  /// A vector that counts changes of the far end's replica which that has not made.
  private func forgedOwn() throws -> VersionVector {
    let told = try told(try served(saying: [Frame(.wantVersions, []), Finish.run.frame]))
    let mine = try #require(told.first?.vector?.counters.first)
    // Beyond what a run can have counted since: by less than 2^21.
    return VersionVector(mine.replica, mine.value + 1 << 24)
  }
}
