import Chunks
import Glibc
import Hashing
import Index
import Replica
import Scan
import TestSupport
import Testing
import Wire

/// Files so large that they are sent while they are hashed, of which the destination has an older
/// version.
@Suite(.serialized)
struct PartedFileTests {
  private static let byteCount = Int(Deferral.changedByteCounts.lowerBound) + 2_000_000
  private static let quarter = byteCount / 4

  /// Whether several such files have room where no disk is waited for.
  private static var hasRoomInMemory: Bool {
    var status = statvfs()
    // SAFETY: the call fills the structure.
    guard unsafe statvfs("/dev/shm", &status) == 0 else { return false }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize) > 8 << 30
  }

  /// Which end runs the command.
  enum Initiator: CaseIterable, Sendable {
    case source, destination

    var route: Replicas.Route {
      switch self {
      case .source: .push()
      case .destination: .pull()
      }
    }

    /// Where the connection ends after so many bytes from the source.
    func route(cutAfterByteCount count: Int) -> Replicas.Route {
      switch self {
      case .source: .push(.cutUpstream(afterByteCount: count))
      case .destination: .pull(.cutDownstream(afterByteCount: count))
      }
    }
  }

  let replicas: Replicas

  init() throws {
    replicas = try Replicas(below: Self.hasRoomInMemory ? "/dev/shm" : "/tmp")
    try replicas.change("head -c \(Self.byteCount) /dev/urandom >source/f; echo >source/g")
    try #require(try replicas.summary(.push()).exit == 0)
    // What has just been written has no stamp that proves anything.
    try replicas.change("sleep 0.1")
    try #require(try replicas.summary(.push()).exit == 0)
  }

  static let edits = [
    LargeFileTests.Edit(
      "pages overwritten", literal: 20 * 4096, pipe: 20 * 4096 + 25_000,
      """
      for n in $(seq 20); do
        dd if=/dev/urandom of=f bs=4096 count=1 seek=$((n * 3097)) conv=notrunc status=none
      done
      """),
    LargeFileTests.Edit(
      "one byte overwritten near the end", literal: 4096, pipe: 12_000,
      "printf x | dd of=f bs=1 seek=260000000 conv=notrunc status=none"),
    LargeFileTests.Edit(
      "inserted at the front", literal: 65_536 + 100, pipe: 85_000,
      "(printf %0100d 7; cat f) >h; mv h f"),
    LargeFileTests.Edit(
      "appended", literal: 104_096, pipe: 115_000, "head -c 100000 /dev/urandom >>f"),
    LargeFileTests.Edit(
      "a quarter moved and one zeroed", literal: 10 * 65_536, pipe: 700_000,
      """
      { head -c \(quarter) f; tail -c \(quarter) f; head -c \(quarter) /dev/zero
        head -c \(2 * quarter) f | tail -c \(quarter); } >h
      head -c 2000000 h >>h; mv h f
      """),
    LargeFileTests.Edit("written again as it was", literal: 0, pipe: 4000, "cp f h; mv h f"),
  ]

  @Test(arguments: edits, Initiator.allCases)
  func `only what changed inside is sent`(edit: LargeFileTests.Edit, by end: Initiator) throws {
    try replicas.change("cd source; \(edit.command)")
    let run = try replicas.copy(end.route, ["--json", "-i"])
    let summary = try RunSummary(lastLineOf: run)
    #expect(summary.exit == 0 && summary.equal, "\(run)")
    #expect(summary.literalBytes <= edit.literalLimit)
    #expect(summary.pipeBytes <= edit.pipeLimit)
    let isSame = edit.literalLimit == 0
    #expect(run.text.contains("\"action\":\"\(isSame ? "metadata" : "update")\""), "\(run)")
    try expectEqual(replicas)
    #expect(replicas.stagedNames() == [])
    // Both know its chunks now.
    try replicas.change(
      "sleep 0.02; printf x | dd of=source/f bs=1 seek=7 conv=notrunc status=none")
    let second = try replicas.summary(end.route)
    #expect(second.exit == 0 && second.pipeBytes <= 12_000)
    try expectEqual(replicas)
  }

  @Test(arguments: Initiator.allCases)
  func `a file that the destination has elsewhere is found there`(by end: Initiator) throws {
    try replicas.change("head -c \(Self.byteCount) /dev/urandom >source/g")
    #expect(try replicas.summary(end.route).literalBytes == Self.byteCount)
    try replicas.change("sleep 0.1; cat source/g >source/f; head -c 5000 /dev/urandom >>source/f")
    let run = try replicas.summary(end.route)
    #expect(run.exit == 0 && run.literalBytes <= 70_000)
    try expectEqual(replicas)
  }

  @Test(arguments: Initiator.allCases)
  func `files that trade places are not sent`(by end: Initiator) throws {
    try replicas.change("head -c \(Self.byteCount + 1) /dev/urandom >source/g")
    for _ in 0..<2 {
      #expect(try replicas.summary(end.route).exit == 0)
      try replicas.change("sleep 0.1")
    }
    try replicas.change("cd source; mv f x; mv g f; mv x g")
    let run = try replicas.summary(end.route)
    #expect(run.exit == 0 && run.equal && run.literalBytes == 0, "\(run)")
    try expectEqual(replicas)
  }

  @Test(arguments: Initiator.allCases)
  func `a destination with another version gets the file all the same`(by end: Initiator) throws {
    try replicas.change(
      """
      printf x | dd of=destination/f bs=1 seek=100 conv=notrunc status=none
      printf y | dd of=source/f bs=1 seek=200000000 conv=notrunc status=none
      """)
    let run = try replicas.summary(end.route)
    #expect(run.exit == 0 && run.literalBytes <= 2 * 4096)
    try expectEqual(replicas)
  }

  @Test(arguments: ["", "head -c \(quarter) /dev/zero | dd of=source/f conv=notrunc status=none"])
  func `an edit at the destination that a run was to replace and has not stays a conflict`(
    moreEdits: String
  ) throws {
    try replicas.change(
      """
      printf mine | dd of=destination/f bs=1 seek=100 conv=notrunc status=none
      printf yours | dd of=source/f bs=1 seek=200000000 conv=notrunc status=none; \(moreEdits)
      """)
    let destination = try ProgramRun("sha256sum", "\(replicas.destination)/f").text.prefix(64)
    let cut = try replicas.copy(.push(.cutUpstream(afterByteCount: 2000)))
    #expect(cut.ending == .exited(12), "\(cut)")
    let sync = try ProgramRun(
      Binary.treemend, ["sync", replicas.source, replicas.destination], timeLimitSeconds: 120)
    #expect(sync.ending == .exited(0), "\(sync)")
    let kept = try ProgramRun("sh", "-c", "sha256sum \(replicas.source)/*").text
    #expect(kept.contains(destination), "\(kept)")
  }

  @Test(arguments: Initiator.allCases)
  func `both ends know what a run has come to when both had changed a file`(
    by end: Initiator
  ) throws {
    try replicas.change(
      """
      printf mine | dd of=destination/f bs=1 seek=100 conv=notrunc status=none
      printf yours | dd of=source/f bs=1 seek=200000000 conv=notrunc status=none
      """)
    let run = try replicas.summary(end.route)
    #expect(run.exit == 0 && run.equal, "\(run)")
    let states = try [replicas.source, replicas.destination].map {
      try ProgramRun(Binary.treemend, "root", "--state", $0).text
    }
    #expect(states[0] == states[1])
    // An edit of what both had then is no conflict.
    try replicas.change(
      "sleep 0.02; printf more | dd of=source/f bs=1 seek=300 conv=notrunc status=none")
    let sync = try ProgramRun(
      Binary.treemend, ["sync", "--json", replicas.destination, replicas.source],
      timeLimitSeconds: 120)
    #expect(sync.ending == .exited(0) && sync.text.contains("\"conflicts\":0,"), "\(sync)")
    try expectEqual(replicas)
  }

  @Test
  func `a file that cannot be sent now is the next run's, and no command takes it for hashed`()
    throws
  {
    try replicas.change(
      """
      printf x | dd of=source/f bs=1 seek=100 conv=notrunc status=none
      for n in 1 2 3 4; do echo >destination/own$n; done
      """)
    // Refused when the scan is done.
    #expect(try replicas.copy(.push(), ["--delete"]).ending == .exited(42))
    let root = try replicas.root(of: replicas.source)
    let difference = try ProgramRun(
      Binary.treemend, ["diff", replicas.source, replicas.destination], timeLimitSeconds: 120)
    #expect(difference.ending == .exited(43) && difference.text.contains("f\n"), "\(difference)")
    let run = try replicas.summary(.push(), ["--delete", "--force"])
    #expect(run.exit == 0 && run.equal && run.literalBytes <= 4096, "\(run)")
    #expect(try replicas.root(of: replicas.destination) == root)
    try expectEqual(replicas)
  }

  @Test(arguments: Initiator.allCases)
  func `several files, some of which the destination has not, come in one run`(
    by end: Initiator
  ) throws {
    try replicas.change(
      """
      cp source/f source/h; head -c \(Self.byteCount) /dev/zero >source/z; echo >source/zz
      """)
    try #require(try replicas.summary(end.route).exit == 0)
    try replicas.change("sleep 0.1")
    try #require(try replicas.summary(end.route).exit == 0)
    try replicas.change(
      """
      for n in f h z; do printf x | dd of=source/$n bs=1 seek=99999 conv=notrunc status=none; done
      echo more >source/a; echo more >source/g2; rm destination/h; echo small >source/zz
      """)
    let run = try replicas.summary(end.route)
    #expect(run.exit == 0 && run.equal && run.literalBytes <= 80_000, "\(run)")
    try expectEqual(replicas)
  }

  @Test(arguments: Initiator.allCases)
  func `what came before a cut is not sent again`(by end: Initiator) throws {
    let overwriting =
      "for n in $(seq 40); do dd if=/dev/urandom of=source/f bs=65536 count=1 seek=$((n * 100)) "
      + "conv=notrunc status=none; done"
    try replicas.change(overwriting)
    let cut = try replicas.copy(end.route(cutAfterByteCount: 1_500_000))
    #expect(cut.ending == .exited(12), "\(cut)")
    let run = try replicas.summary(end.route)
    #expect(run.exit == 0 && run.literalBytes <= 1_500_000, "\(run)")
    try expectEqual(replicas)
    #expect(replicas.stagedNames() == [])
  }

  @Test(arguments: Initiator.allCases)
  func `chunks that are not the old version's are found out`(by end: Initiator) throws {
    let attributes = Attributes.file(
      mode: 0o644, size: Int64(Self.byteCount), modified: 0, digest: try formerDigest())
    let path = Path(uncheckedKey: Array("f".utf8))
    do {
      let index = try Index(
        path: Array("\(replicas.destination)/.treemend/index".utf8),
        newReplica: ReplicaID(rawValue: 1), syncs: false)
      try index.begin()
      let chunks = try #require(try index.chunks(of: path, attributes))
      try index.keep(Self.confused(chunks), of: path, attributes.digest)
      try index.commit()
    }
    try replicas.change("printf x | dd of=source/f bs=1 seek=9 conv=notrunc status=none")
    let run = try replicas.summary(end.route)
    #expect(run.exit == 0 && run.literalBytes >= Self.byteCount)
    try expectEqual(replicas)
  }

  private func formerDigest() throws -> Digest {
    let hexadecimal = Array(try ProgramRun("sha256sum", "\(replicas.destination)/f").output)
    let bytes = (0..<32).compactMap {
      UInt8(String(decoding: hexadecimal[2 * $0...2 * $0 + 1], as: UTF8.self), radix: 16)
    }
    return Digest(bytes.span.bytes)
  }

  @Test(arguments: [Open.Flags.defersHashing, [], [.defersHashing, .rehashes]])
  func `a far end hashes a file when it sends it where the near end takes it so`(
    flags: Open.Flags
  ) throws {
    try replicas.change("printf x | dd of=source/f bs=1 seek=9 conv=notrunc status=none")
    let request = PartsRequest(
      path: Path(uncheckedKey: Array("f".utf8)), digest: try formerDigest(),
      byteCount: Int64(Self.byteCount))
    let said = try Forgery.greeting + Forgery.open(replicas.source, as: .source, flags)
    try makeFile(
      Array(replicas.directory.appending("said").utf8),
      content: said + request.frame.encoded(deflating: false))
    // One that hears all of the answer before it goes.
    let run = try ProgramRun(
      "sh",
      [
        "-c",
        """
        { cat \(replicas.directory.appending("said")); sleep 4; } | \(Binary.treemend) serve --stdio
        """,
      ], timeLimitSeconds: 60)
    // Behind what came before the scan was over.
    let frames = try Transcript(run.output).frames.drop { $0.kind != .changes }
    var reader = ChangesReader(payload: try #require(frames.first).payload)
    if flags == .defersHashing {
      #expect(run.ending == .exited(12), "\(run)")
      #expect(try reader.next()?.provision == .parts)
      #expect(frames.prefix(3).map(\.kind) == [.changes, .part, .chunks])
    } else {
      #expect(try reader.next()?.provision == .unavailable(.vanished, systemCode: 0))
    }
  }

  /// The chunks, of which those that have the greatest length have each other's fingerprints.
  private static func confused(_ chunks: ChunkList) -> ChunkList {
    let greatest = (0..<chunks.count).filter {
      chunks.bytes(of: $0).count == Chunker.maximumByteCount
    }
    let others = Dictionary(
      uniqueKeysWithValues: zip(greatest, greatest.dropFirst() + greatest.prefix(1)))
    var confused = ChunkList()
    for chunk in 0..<chunks.count {
      confused.append(
        chunks.fingerprints[others[chunk] ?? chunk], byteCount: chunks.bytes(of: chunk).count)
    }
    return confused
  }

  @Test func `a file that grows all the time arrives with each run`() throws {
    let writer = try RunningProgram(
      "sh", ["-c", "while :; do echo more >>\(replicas.source)/f; sleep 0.02; done"])
    for _ in 0..<3 {
      let before = try ProgramRun("stat", "-c", "%s", "\(replicas.source)/f").text
      let run = try replicas.copy(.push())
      #expect(run.ending == .exited(0), "\(run)")
      let after = try ProgramRun("stat", "-c", "%s", "\(replicas.destination)/f").text
      #expect(try #require(Int(after.dropLast())) >= #require(Int(before.dropLast())))
    }
    writer.kill()
    _ = try writer.wait()
    #expect(
      try ProgramRun(
        "cmp", "-n", "\(Self.byteCount)", "\(replicas.source)/f", "\(replicas.destination)/f"
      )
      .ending == .exited(0))
  }

  @Test(arguments: Initiator.allCases)
  func `a file that is written while it is sent arrives with the next run`(
    by end: Initiator
  ) throws {
    let writer = try RunningProgram(
      "sh",
      [
        "-c",
        """
        while :; do
          printf $RANDOM$$ | dd of=\(replicas.source)/f bs=1 seek=250000000 conv=notrunc status=none
          sleep 0.05
        done
        """,
      ])
    for _ in 0..<2 {
      let run = try replicas.copy(end.route)
      #expect([.exited(0), .exited(23)].contains(run.ending), "\(run)")
    }
    writer.kill()
    _ = try writer.wait()
    try replicas.change("sleep 0.02")
    #expect(try replicas.summary(end.route).exit == 0)
    try expectEqual(replicas)
    #expect(replicas.stagedNames() == [])
  }
}
