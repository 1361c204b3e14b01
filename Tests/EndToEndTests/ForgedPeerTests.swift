import Replica
import TestSupport
import Testing
import Wire

@Suite struct ForgedPeerTests {
  let cage: Cage

  init() throws {
    cage = try Cage()
  }

  /// Runs the far end with `said` after an honest greeting and order.
  private func served(
    as role: Open.Role = .destination, saying said: [UInt8], _ flags: Open.Flags = .deletes
  ) throws -> ProgramRun {
    try ForgedPeer.served(Forgery.greeting + Forgery.open(cage.root, as: role, flags) + said)
  }

  private func served(
    as role: Open.Role = .destination, _ flags: Open.Flags = .deletes, making changes: Change...
  ) throws -> ProgramRun {
    let frames = [Forgery.changes(changes), Finish.run.frame]
    return try served(as: role, saying: frames.flatMap { $0.encoded(deflating: false) }, flags)
  }

  /// Runs the near end against a forged far end, in either direction.
  private func copied(pulling: Bool, to root: String, _ said: [UInt8]) throws -> ProgramRun {
    let peer = try ForgedPeer(saying: said)
    let roots = pulling ? ["host:/nowhere", root] : [root, "host:/nowhere"]
    return try ProgramRun(Binary.treemend, ["-e", peer.path] + roots, timeLimitSeconds: 30)
  }

  private func expectRefused(
    _ run: ProgramRun, status: Int32 = 12, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(run.ending == .exited(status), "\(run)", sourceLocation: sourceLocation)
    let failure = try Transcript(run.output).failure
    #expect(failure.map { Int32($0.exitCode) } == status, sourceLocation: sourceLocation)
    try cage.expectUntouched(sourceLocation: sourceLocation)
  }

  // MARK: What is not forged is obeyed

  @Test func `a well-formed change is made`() throws {
    let run = try served(making: .file(Array("forged".utf8)))
    #expect(run.ending == .exited(0), "\(run)")
    #expect(try Transcript(run.output).frames.last?.kind == .finished)
    try cage.expectUntouched(but: "root/forged")
  }

  @Test func `a well-formed source is copied`() throws {
    let said = Forgery.source(of: [.file(Array("forged".utf8))])
    let run = try copied(pulling: true, to: cage.empty, said)
    #expect(try ProgramRun("cat", "\(cage.empty)/forged").text == "forged\n", "\(run)")
    try cage.expectUntouched(but: "empty/forged")
  }

  @Test func `the far end stops by itself at a root that is its own, and at no other`() throws {
    let order = try Forgery.greeting + Forgery.open(cage.root)
    let frames = try Transcript(ForgedPeer.served(order).output).frames
    let ready = try Ready(payload: #require(frames.first { $0.kind == .ready }).payload)
    // What follows is no frame, and is refused by whoever reads on.
    let noise = Forgery.frame(kind: 0, byteCount: 1, [0])
    for root in [ready.stateRoot, Forgery.digest([1])] {
      let status: Int32 = root == ready.stateRoot ? 0 : 12
      let offer = Finish.equal(stateRoot: root).frame.encoded(deflating: false)
      #expect(try ForgedPeer.served(order + offer + noise).ending == .exited(status), "\(root)")
    }
    try cage.expectUntouched()
  }

  @Test func `a root that is told in the middle of changes is refused`() throws {
    let frames = [
      Forgery.changes([.file(Array("forged".utf8))]),
      Finish.equal(stateRoot: Forgery.digest([1])).frame,
    ]
    try expectRefused(served(saying: frames.flatMap { $0.encoded(deflating: false) }))
  }

  // MARK: Keys

  struct Key: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: @Sendable (Cage) -> [UInt8]

    init(_ name: String, _ bytes: @escaping @Sendable (Cage) -> [UInt8]) {
      testDescription = name
      self.bytes = bytes
    }

    init(_ key: String) {
      self.init("'\(key)'") { _ in Array(key.utf8) }
    }
  }

  static let keys = [
    Key(""), Key("."), Key(".."), Key("..\0outside\0canary"), Key("d\0..\0..\0outside\0canary"),
    Key("d\0"), Key("d\0\0forged"), Key("d\0.\0forged"), Key("d/forged"),
    Key("../outside/canary"), Key("absolute") { $0.absoluteKey },
    Key("absolute, slashed") { $0.canary },
    Key("a name of 256 bytes") { _ in [UInt8](repeating: UInt8(ascii: "n"), count: 256) },
    Key(".treemend"), Key(".treemend\0forged"), Key(".treemend\0stage\0forged"),
  ]

  @Test(arguments: keys)
  func `the far end takes no key that leads elsewhere`(key: Key) throws {
    try expectRefused(served(making: .file(key.bytes(cage))))
  }

  @Test(arguments: keys)
  func `the near end takes no key that leads elsewhere`(key: Key) throws {
    let said = Forgery.source(of: [.file(key.bytes(cage))])
    let run = try copied(pulling: true, to: cage.empty, said)
    #expect(run.ending == .exited(12), "\(run)")
    try cage.expectUntouched()
  }

  @Test func `nothing of a frame is done if a later part of it is malformed`() throws {
    let changes: [Change] = [.file(Array("forged".utf8)), .file(Array("..".utf8))]
    try expectRefused(served(saying: Forgery.changes(changes).encoded(deflating: false)))
  }

  @Test func `the second change to one path does not undo the first`() throws {
    let key = Array("forged".utf8)
    let run = try served(making: .file(key), .file(key, "again\n"))
    try cage.expectUntouched(but: "root/forged")
    #expect(try ProgramRun("cat", "\(cage.root)/forged").text == "forged\n")
    let transcript = try Transcript(run.output)
    #expect(transcript.failure != nil || transcript.refusedKeys == [key], "\(run)")
  }

  // MARK: Links

  @Test(arguments: ["link\0canary", "link\0forged", "link\0d\0forged", "kept\0forged"])
  func `the far end changes nothing below a link or file`(key: String) throws {
    let run = try served(making: .file(Array(key.utf8)))
    try cage.expectUntouched()
    let transcript = try Transcript(run.output)
    #expect(
      transcript.failure != nil || transcript.refusedKeys == [Array(key.utf8)], "\(run)")
  }

  @Test(arguments: ["l\0canary", "l\0forged"])
  func `a link and then a path below it lead nowhere`(key: String) throws {
    let changes: [Change] = [.link("l", to: "../outside"), .file(Array(key.utf8))]
    _ = try served(saying: Forgery.changes(changes).encoded(deflating: false))
    let said = Forgery.source(of: changes)
    let run = try copied(pulling: true, to: cage.empty, said)
    #expect(run.exitStatus != 0, "\(run)")
    #expect(try ProgramRun("ls", cage.directory.appending("outside")).text == "canary\n")
    #expect(try ProgramRun("cat", cage.directory.appending("outside/canary")).text == "canary\n")
  }

  // MARK: Orders

  @Test func `nothing is deleted or replaced by a version that has not seen it`() throws {
    try expectRefused(served(making: .deletion("kept")))
    try expectRefused(served(making: .file(Array("kept".utf8))))
  }

  @Test func `a version that claims a change of the receiver is refused`() throws {
    let status = try ProgramRun(Binary.treemend, "status", "--json", cage.root).text
    let digits = try #require(status.firstMatch(of: /"replica":"([0-9a-f]{16})"/)?.1)
    let replica = ReplicaID(rawValue: try #require(UInt64(digits, radix: 16)))
    let forged = Change.file(Array("forged".utf8))
    let entry = Entry(
      path: forged.entry.path, attributes: forged.entry.attributes,
      vector: VersionVector(replica, 1 << 40))
    try expectRefused(served(making: Change(entry: entry, provision: forged.provision)))
  }

  @Test func `only files are renamed`() throws {
    let mode = try ProgramRun("stat", "-c", "%a", "\(cage.root)/d").text.prefix { $0 != "\n" }
    let entry = Entry(
      path: Path(uncheckedKey: Array("forged".utf8)),
      attributes: .directory(mode: try #require(UInt16(mode, radix: 8))),
      vector: VersionVector(Forgery.replica))
    let old = Path(uncheckedKey: Array("d".utf8))
    try expectRefused(served(making: Change(entry: entry, provision: .move(from: old))))
  }

  @Test func `a link is as long as it was announced`() throws {
    let target = Array("t".utf8)
    let entries = ["one", "two"].map {
      Entry(
        path: Path(uncheckedKey: Array($0.utf8)),
        attributes: .link(size: .max, modified: 1, digest: Forgery.digest(target)),
        vector: VersionVector(Forgery.replica))
    }
    let run = try served(
      making: Change(entry: entries[0], provision: .inline(target)),
      Change(entry: entries[1], provision: .inline(target)))
    #expect(run.ending == .exited(0), "\(run)")
    #expect(try Transcript(run.output).refusedKeys == entries.map(\.path.key))
    try cage.expectUntouched()
    try expectRefused(served(making: Change(entry: entries[0], provision: .stream)))
  }

  @Test func `versions that leave no room for others are refused`() throws {
    let counters = (1...UInt64(VersionVector.maximumTakenCount + 1)).map {
      VersionVector.Counter(replica: ReplicaID(rawValue: $0), value: 1)
    }
    let forged = Change.file(Array("forged".utf8))
    let entry = Entry(
      path: forged.entry.path, attributes: forged.entry.attributes,
      vector: try VersionVector(counters: counters, dots: counters))
    try expectRefused(served(making: Change(entry: entry, provision: forged.provision)))
  }

  @Test(
    arguments: [
      (.source, .deletes), (.compared, .deletes), (.destination, .dryRun),
    ] as [(Open.Role, Open.Flags)])
  func `no change is made that the order rules out`(role: Open.Role, flags: Open.Flags) throws {
    try expectRefused(served(as: role, flags, making: .file(Array("forged".utf8))))
  }

  @Test(arguments: ["kept", "link", "d"])
  func `nothing is deleted unless the order says so`(key: String) throws {
    try expectRefused(served([], making: .deletion(key)))
  }

  @Test func `content that no change announced is refused`() throws {
    try expectRefused(served(saying: Frame(.content, [1, 2, 3]).encoded(deflating: false)))
  }

  @Test func `a digest that is not that of the content is refused, and one out of place`() throws {
    let size = 200_000
    let unhashed = Attributes.file(mode: 0o644, size: Int64(size), modified: 1, digest: .zero)
    let entry = Entry(
      path: Path(uncheckedKey: Array("forged".utf8)), attributes: unhashed,
      vector: VersionVector(Forgery.replica))
    let content = [UInt8](repeating: 7, count: size)
    let announcement = Forgery.changes([Change(entry: entry, provision: .stream)])
    let digest = Frame(.digest, Forgery.digest([1, 2]).bytes)
    let run = try served(
      saying: [announcement, Frame(.content, content), digest, Finish.run.frame]
        .flatMap { $0.encoded(deflating: false) })
    try cage.expectUntouched()
    #expect(try Transcript(run.output).refusedKeys == [entry.path.key], "\(run)")
    for said in [
      [digest], [announcement, digest], [announcement, Frame(.content, content), digest, digest],
      [announcement, Frame(.content, content), Frame(.content, content)],
      [announcement, Frame(.content, content), Frame(.digest, [1])],
    ] {
      try expectRefused(served(saying: said.flatMap { $0.encoded(deflating: false) }))
    }
  }

  @Test(arguments: [Frame.Kind.changes, .content, .compare, .want, .record, .finish, .hello])
  func `nothing is done before the order`(kind: Frame.Kind) throws {
    let frame =
      kind == .changes ? Forgery.changes([.file(Array("forged".utf8))]) : Frame(kind, [])
    try expectRefused(ForgedPeer.served(Forgery.greeting + frame.encoded(deflating: false)))
  }

  @Test func `the near end takes only the content that it asked for`() throws {
    var said = Forgery.source(of: [.file(Array("asked".utf8))])
    let asked = Forgery.changes([.file(Array("asked".utf8))]).encoded(deflating: false)
    let other = Forgery.changes([.file(Array("other".utf8))]).encoded(deflating: false)
    let place = try #require(said.firstRange(of: asked))
    said.replaceSubrange(place, with: other)
    let run = try copied(pulling: true, to: cage.empty, said)
    #expect(run.ending == .exited(12), "\(run)")
    try cage.expectUntouched()
  }

  // MARK: Frames

  struct Noise: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
  }

  static let noises = [
    Noise(testDescription: "garbage", bytes: Array("GET / HTTP/1.1\r\n\r\n".utf8)),
    Noise(testDescription: "ones", bytes: [UInt8](repeating: 0xff, count: 4096)),
    Noise(testDescription: "zeros", bytes: [UInt8](repeating: 0, count: 4096)),
    Noise(testDescription: "4 GiB", bytes: Forgery.frame(kind: 8, byteCount: .max)),
    Noise(testDescription: "a byte too many", bytes: Forgery.frame(kind: 8, byteCount: 262_145)),
    Noise(testDescription: "kind 16", bytes: Forgery.frame(kind: 16, byteCount: 0)),
    Noise(testDescription: "kind 127", bytes: Forgery.frame(kind: 127, byteCount: 0)),
    Noise(testDescription: "a bomb of 1 TiB", bytes: Forgery.deflated(claiming: 1 << 40)),
    Noise(testDescription: "a bomb of a byte", bytes: Forgery.deflated(claiming: 262_145)),
    Noise(testDescription: "a bomb that lies", bytes: Forgery.deflated(claiming: 16)),
    Noise(testDescription: "a dud", bytes: Forgery.frame(kind: 0x88, byteCount: 3, [2, 1, 1])),
  ]

  @Test(arguments: noises)
  func `the far end refuses noise`(noise: Noise) throws {
    try expectRefused(served(saying: noise.bytes))
  }

  /// Paths as long as may be that differ in their last name: a frame holds a few bytes of each.
  private static func longPaths(_ count: Int) -> [Path] {
    let name = [UInt8](repeating: 0x61, count: 255)
    return (0..<count).map { number in
      let names = Array(repeating: name, count: 255) + [Array("\(number)".utf8)]
      return Path(uncheckedKey: Array(names.joined(separator: [0])))
    }
  }

  @Test(arguments: [(.record, 3000, 300), (.changes, 4000, 150)] as [(Frame.Kind, Int, Int)])
  func `a frame that unpacks to much takes little memory`(
    kind: Frame.Kind, pathCount: Int, megabyteCount: Int
  ) throws {
    let vector = VersionVector(Forgery.replica)
    var frame = Frame(kind, [])
    if kind == .record {
      var stream = EntryStreamWriter()
      for path in Self.longPaths(pathCount) {
        stream.write(Entry(path: path, attributes: .tombstone(deleted: 1), vector: vector))
      }
      frame = Frame(kind, stream.bytes)
    } else {
      let attributes = Attributes.file(
        mode: 0o644, size: 1, modified: 1, digest: Forgery.digest([1]))
      frame = Forgery.changes(
        Self.longPaths(pathCount).map {
          Change(
            entry: Entry(path: $0, attributes: attributes, vector: vector),
            provision: .unavailable(.unreadable, systemCode: 5))
        })
    }
    let said = [frame, Finish.run.frame].flatMap { $0.encoded(deflating: true) }
    let run = try ProgramRun(
      Binary.treemend, ["serve", "--stdio"],
      input: Forgery.greeting + Forgery.open(cage.root, as: .both) + said, timeLimitSeconds: 60,
      measuresMemory: true)
    #expect(run.ending == .exited(0), "\(run.errorText)")
    #expect(
      run.peakResidentByteCount < megabyteCount << 20, "\(run.peakResidentByteCount >> 20) MiB")
    try cage.expectUntouched()
  }

  @Test func `half a frame is no end of the run`() throws {
    let run = try served(saying: Forgery.frame(kind: 8, byteCount: 9, [1]))
    #expect(run.ending == .exited(12))
    try cage.expectUntouched()
  }

  @Test(arguments: noises, [true, false])
  func `the near end refuses noise`(noise: Noise, pulling: Bool) throws {
    let run = try copied(pulling: pulling, to: cage.root, Forgery.greeting + noise.bytes)
    #expect(run.ending == .exited(12), "\(run)")
    try cage.expectUntouched()
  }

  @Test(arguments: [(0, 1), (Hello.current + 1, Hello.current + 1), (Hello.current + 1, .max)])
  func `versions that are not ours are refused`(oldest: UInt64, newest: UInt64) throws {
    let greeting = Forgery.greeting(oldest, newest)
    try expectRefused(ForgedPeer.served(greeting + Forgery.open(cage.root)), status: 2)
    let run = try copied(pulling: true, to: cage.root, greeting)
    #expect(run.ending == .exited(2), "\(run)")
    try cage.expectUntouched()
  }
}
