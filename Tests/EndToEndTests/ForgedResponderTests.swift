import Hashing
import Replica
import TestSupport
import Testing
import Wire

/// What the near end takes from a far end that was not asked for it.
@Suite struct ForgedResponderTests {
  let cage: Cage

  init() throws {
    cage = try Cage()
  }

  /// Runs the near end with a replica and a forged far end that says these frames.
  private func run(
    _ options: [String] = [], pulling: Bool = true, with root: String, saying frames: [Frame]
  ) throws -> ProgramRun {
    let said = Forgery.greeting + frames.flatMap { $0.encoded(deflating: true) }
    let peer = try ForgedPeer(saying: said, stays: true)
    let roots = pulling ? ["host:/nowhere", root] : [root, "host:/nowhere"]
    return try ProgramRun(
      Binary.treemend, options + ["-e", peer.path] + roots, timeLimitSeconds: 30,
      measuresMemory: true)
  }

  /// A far end that ends too soon is another failure with the same status.
  private func expectRefused(
    _ run: ProgramRun, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(run.ending == .exited(12), "\(run)", sourceLocation: sourceLocation)
    #expect(
      run.errorText.contains("broke the protocol"), "\(run)", sourceLocation: sourceLocation)
    try cage.expectUntouched(sourceLocation: sourceLocation)
  }

  // MARK: What is left out

  /// Names what the far end says that it has, beside all that the near end has.
  private func naming(_ entries: Entry...) -> [Frame] {
    Forgery.arrival(of: entries) + [
      Forgery.differences(
        .entries(mine: [], theirs: Array(entries.indices), run: EntryRun(entries)))
    ]
  }

  @Test func `content that is left out is not sent`() throws {
    try requireSuccess(Binary.treemend, "status", cage.root)
    let other = Change.file(Array("kept".utf8)).entry
    let run = try run(["--exclude=kept"], pulling: false, with: cage.root, saying: naming(other))
    try expectRefused(run)
  }

  @Test(
    arguments: [".treemend", ".treemend\0lock", "d\0.treemend", "d\0.treemend\0e\0f"],
    [["sync"], ["--delete", "--force"], ["sync", "--push"]])
  func `a replica's state is not heard of`(key: String, options: [String]) throws {
    try requireSuccess(Binary.treemend, "status", cage.root)
    for change in [Change.file(Array(key.utf8)), Change.deletion(key)] {
      let said =
        naming(change.entry) + [Forgery.changes([change]), Forgery.finished, Forgery.finished]
      for isPulling in [true, false] {
        try expectRefused(
          try run(options, pulling: isPulling, with: cage.root, saying: said))
      }
    }
  }

  @Test(arguments: ["forged", "d\0forged"])
  func `what is left out is not taken`(key: String) throws {
    let change = Change.file(Array(key.utf8))
    let said =
      naming(change.entry) + [Forgery.changes([change]), Forgery.finished, Forgery.finished]
    let run = try run(["--exclude=/forged", "--exclude=d/"], with: cage.root, saying: said)
    try expectRefused(run)
  }

  @Test func `what is left out is not deleted`() throws {
    try requireSuccess(Binary.treemend, "status", cage.root)
    let said = naming(Change.deletion("kept").entry) + [Forgery.finished, Forgery.finished]
    let run = try run(
      ["--delete", "--force", "--exclude=kept"], with: cage.root, saying: said)
    try expectRefused(run)
  }

  @Test func `a directory that is left out stays where the far end has had one`() throws {
    try requireSuccess(Binary.treemend, "status", cage.root)
    let said = naming(Change.deletion("d").entry) + [Forgery.finished, Forgery.finished]
    let run = try run(["--delete", "--force", "--exclude=d/"], with: cage.root, saying: said)
    #expect(run.ending == .exited(0), "\(run)")
    try cage.expectUntouched()
  }

  // MARK: Answers

  @Test(
    arguments: [
      .move(from: Path(uncheckedKey: Array("kept".utf8))),
      .copy(from: Path(uncheckedKey: Array("kept".utf8))), .nothing,
      .rebuild(level: 0, sketch: []),
    ] as [Provision])
  func `what was asked for comes from the far end, and from nowhere else`(
    provision: Provision
  ) throws {
    let change = Change.file(Array("forged".utf8))
    let answer = Forgery.changes([Change(entry: change.entry, provision: provision)])
    let run = try run(
      ["--delete"], with: cage.root,
      saying: naming(change.entry) + [answer, Forgery.finished, Forgery.finished])
    try expectRefused(run)
  }

  // MARK: What the far end has not hashed

  private static let content = [UInt8](repeating: 7, count: 200_000)

  /// A file of 200,000 bytes in the place of `kept`, or another entry, with what is to be had of it.
  private static func answer(
    _ provision: Provision, digest: Digest = .zero, key: String = "kept", isFile: Bool = true
  ) -> Change {
    let attributes =
      isFile
      ? Attributes.file(mode: 0o600, size: Int64(content.count), modified: 1, digest: digest)
      : .directory(mode: 0o700)
    return Change(
      entry: Entry(
        path: Path(uncheckedKey: Array(key.utf8)), attributes: attributes,
        vector: VersionVector(Forgery.replica)), provision: provision)
  }

  /// Pulls from a far end that has such a file and answers so.
  private func pulled(_ answers: [Frame]) throws -> ProgramRun {
    try requireSuccess(Binary.treemend, "status", cage.root)
    return try run(
      with: cage.root,
      saying: naming(Self.answer(.nothing).entry) + answers + [Forgery.finished, Forgery.finished])
  }

  static let wrongAnswers = [
    answer(.nothing), answer(.nothing, isFile: false), answer(.parts, digest: Forgery.digest([1])),
    answer(.parts, isFile: false), answer(.parts, key: "other"),
    answer(.nothing, digest: Forgery.digest([1]), key: "other"), answer(.inline(content)),
    answer(.stream), answer(.rebuild(level: 0, sketch: [])),
    answer(.copy(from: Path(uncheckedKey: Array("link".utf8)))),
    answer(.move(from: Path(uncheckedKey: Array("link".utf8)))),
  ]

  @Test(arguments: wrongAnswers)
  func `a far end that has not hashed a file sends it in parts, or says what it is`(
    answer: Change
  ) throws {
    try expectRefused(try pulled([Forgery.changes([answer])]))
  }

  @Test(arguments: [false, true])
  func `a file in parts is taken from the far end if it has the digest`(isRight: Bool) throws {
    var listing = ChunkListing()
    listing.append(
      [65_536, 65_536, 65_536, 3392].enumerated().map {
        ChunkListing.Node(fingerprint: UInt64($0), byteCount: $1)
      })
    let run = try pulled([
      Forgery.changes([Self.answer(.parts)]), ContentPart(byteCount: 200_000, level: 0).frame,
      listing.frame, PageDifferences([]).frame, Frame(.content, Self.content),
      Frame(.digest, Forgery.digest(isRight ? Self.content : [1]).bytes),
      // What it says when it is asked once more.
      Forgery.changes([Self.answer(.unavailable(.changed, systemCode: 0))]),
    ])
    if isRight {
      // The last answer is one too many.
      #expect(run.ending == .exited(12), "\(run)")
      try cage.expectUntouched(but: "root/kept")
    } else {
      #expect(run.ending == .exited(23), "\(run)")
      try cage.expectUntouched()
    }
  }

  @Test func `a file that the far end has hashed at last is asked for as others are`() throws {
    let digest = Forgery.digest(Self.content)
    let run = try pulled([
      Forgery.changes([Self.answer(.nothing, digest: digest)]),
      // Put on offer, since there is an old version.
      Forgery.changes([Self.answer(.unavailable(.vanished, systemCode: 0))]),
      Forgery.changes([Self.answer(.inline(Self.content), digest: digest)]),
    ])
    #expect(run.ending == .exited(0), "\(run)")
    try cage.expectUntouched(but: "root/kept")
  }

  // MARK: Reports

  private func reported(_ outcomes: [Outcomes]) throws -> ProgramRun {
    try run(
      pulling: false, with: cage.root,
      saying: Forgery.arrival(of: []) + outcomes.flatMap { $0.frames() }
    )
  }

  @Test func `more content that is found there than was sent is refused`() throws {
    let run = try reported(Array(repeating: Outcomes(matchedByteCount: 1 << 60), count: 9))
    try expectRefused(run)
  }

  @Test func `more problems than changes that were sent are refused`() throws {
    let problems = ["d", "kept", "link"].map {
      Problem(path: Path(uncheckedKey: Array($0.utf8)), code: .failed, systemCode: 5)
    }
    let run = try reported([Outcomes(changeCount: 3, problems: problems + problems)])
    try expectRefused(run)
  }

  /// Paths that share all but their ends: a frame of a few hundred bytes has megabytes of them.
  private static let longPaths = {
    let names = Array(repeating: [UInt8](repeating: 0x61, count: 255), count: 250)
    return (0..<60).map { number in
      Path(uncheckedKey: Array((names + [Array("\(number)".utf8)]).joined(separator: [0])))
    }
  }()

  @Test(arguments: [Frame.Kind.unknown, .problems])
  func `lists that unpack to much are refused`(kind: Frame.Kind) throws {
    let paths = Self.longPaths
    let problems = Outcomes(problems: paths.map { Problem(path: $0, code: .unreadable) })
    let frames = kind == .unknown ? PathList.frames(.unknown, paths) : problems.frames(.problems)
    let listed = Array(repeating: frames, count: 50).flatMap(\.self)
    let run = try run(
      with: cage.root, saying: Forgery.arrival(of: [], telling: listed) + [Forgery.finished])
    try expectRefused(run)
    #expect(run.peakResidentByteCount < 150 << 20, "\(run.peakResidentByteCount >> 20) MiB")
  }
}
