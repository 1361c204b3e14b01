import Hashing
import Replica
import TestSupport
import Testing
import Wire

/// What a forged peer says of large files.
@Suite struct ForgedLargeFileTests {
  let cage: Cage

  init() throws {
    cage = try Cage()
  }

  struct Lie: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let frames: [Frame]

    init(_ name: String, _ frames: [Frame]) {
      testDescription = name
      self.frames = frames
    }
  }

  // MARK: The source

  private static let size = 200_000
  private static let content = [UInt8](repeating: 7, count: size)

  /// A file on offer, of which nodes of `level` come first.
  private static func offer(_ name: String = "forged", level: Int = 0, size: Int = size) -> Change {
    let attributes = Attributes.file(
      mode: 0o644, size: Int64(size), modified: 1, digest: Forgery.digest(content))
    let entry = Entry(
      path: Path(uncheckedKey: Array(name.utf8)), attributes: attributes,
      vector: VersionVector(Forgery.replica))
    return Change(entry: entry, provision: .rebuild(level: level, sketch: []))
  }

  private static func listing(_ groups: [Int64]...) -> Frame {
    var listing = ChunkListing()
    for group in groups {
      listing.append(
        group.enumerated().map { ChunkListing.Node(fingerprint: UInt64($0), byteCount: $1) })
    }
    return listing.frame
  }

  private static let offered = Forgery.changes([offer()])
  private static let whole = listing([65_536, 65_536, 65_536, 3392])
  private static let none = PageDifferences([]).frame
  private static let pieces = [Frame(.content, content)]

  static let liesOfSources = [
    Lie("more than the file has", [offered, listing([65_536, 65_536, 65_536, 3393])]),
    Lie("less than the file has", [offered, listing([65_536, 65_536, 65_536])]),
    Lie("beyond all numbers", [offered, listing([1 << 60])]),
    Lie("a chunk that is too large", [offered, listing([65_537, 65_536, 65_535, 3392])]),
    Lie("a chunk that is too small", [offered, listing([8191, 65_536, 65_536, 60_737])]),
    Lie("20,000 small chunks", [offered, listing([Int64](repeating: 1, count: 20_000))]),
    Lie("20,000 of nothing", [offered, listing([Int64](repeating: 0, count: 20_000))]),
    Lie("nothing", [offered, listing()]),
    Lie("a group of none", [offered, Frame(.chunks, [0])]),
    Lie("more groups than were asked for", [offered, listing([65_536, 134_464], [1])]),
    Lie(
      "children that are no content",
      [
        Forgery.changes([offer(level: 1)]), listing([100_000, 100_000]), listing([65_536, 34_464]),
        listing([65_536, 34_463]),
      ]),
    Lie("a listing without an offer", [whole]),
    Lie("a listing after the last", [offered, whole, whole]),
    Lie("an offer of nothing", [Forgery.changes([offer(size: 0)])]),
    Lie("65 offers", [Forgery.changes((0..<65).map { offer("forged\($0)") })]),
    Lie(
      "an offer among listings",
      [
        Forgery.changes([offer(level: 1)]), listing([100_000, 100_000]),
        Forgery.changes([offer("late")]),
      ]),
    Lie("a change among listings", [offered, Forgery.changes([.file(Array("late".utf8))])]),
    Lie("the end among listings", [offered, Finish.run.frame]),
    Lie("the end before the content", [offered, whole, none, Finish.run.frame]),
    Lie("pages before the listing", [offered, none]),
    Lie("pages that were not described", [offered, whole, PageDifferences([true]).frame]),
    Lie("pages of nothing", [offered, whole, none] + [none]),
    Lie("content without an offer", pieces),
  ]

  /// A file that is still being hashed, which comes in parts.
  private static func parted(size: Int = size, digest: Digest = .zero) -> Frame {
    let attributes = Attributes.file(
      mode: 0o644, size: Int64(size), modified: 1, digest: digest)
    let entry = Entry(
      path: Path(uncheckedKey: Array("forged".utf8)), attributes: attributes,
      vector: VersionVector(Forgery.replica))
    return Forgery.changes([Change(entry: entry, provision: .parts)])
  }

  private static func part(_ byteCount: Int, level: Int = 0) -> Frame {
    ContentPart(byteCount: Int64(byteCount), level: level).frame
  }

  private static let digest = Frame(.digest, Forgery.digest(content).bytes)
  private static let halves = [
    parted(), part(size / 2), listing([65_536, 34_464]), none,
    Frame(.content, Array(content[..<(size / 2)])),
    part(size / 2), listing([65_536, 34_464]), none, Frame(.content, Array(content[(size / 2)...])),
  ]

  static let liesInParts = [
    Lie("a part of nothing", [part(size)]),
    Lie("a part of a file on offer", [offered, part(size)]),
    Lie("a part larger than the file", [parted(), part(size + 1)]),
    Lie("a part of no bytes", [parted(), part(0)]),
    Lie("a part that is too small", [parted(), part(8191)]),
    Lie("parts beyond the file", halves + [part(8192)]),
    Lie("a part of no bytes behind the last", halves + [part(0)]),
    Lie("a part within another", [parted(), part(size / 2), part(size / 2)]),
    Lie("a part that is listed as larger", [parted(), part(size / 2), whole]),
    Lie("a listing without a part", [parted(), whole]),
    Lie("content without a part", [parted(), Frame(.content, content)]),
    Lie("pages without a part", [parted(), none]),
    Lie("the digest before the parts", [parted(), digest]),
    Lie("the digest between the parts", Array(halves[..<5]) + [digest]),
    Lie("the digest within a part", [parted(), part(size), digest]),
    Lie("the digest twice", halves + [digest, digest]),
    Lie("no digest", halves + [Finish.run.frame]),
    Lie("a change before the digest", halves + [Forgery.changes([.file(Array("late".utf8))])]),
    Lie("an empty file in parts", [parted(size: 0)]),
    Lie("a file in parts that is hashed", [parted(digest: Forgery.digest(content))]),
    Lie("an offer among parts", Array(halves[..<5]) + [offered]),
  ]

  @Test(arguments: liesOfSources + liesInParts)
  func `the far end refuses what cannot be`(lie: Lie) throws {
    let run = try served(as: .destination, lie.frames)
    #expect(run.ending == .exited(12), "\(run)")
    #expect(try Transcript(run.output).failure?.exitCode == 12)
    try cage.expectUntouched()
  }

  @Test func `content that is as it was announced is taken`() throws {
    let run = try served(
      as: .destination, [Self.offered, Self.whole, Self.none] + Self.pieces + [Finish.run.frame])
    #expect(run.ending == .exited(0), "\(run)")
    try cage.expectUntouched(but: "root/forged")
  }

  @Test func `parts that are as they were announced are taken`() throws {
    let run = try served(as: .destination, Self.halves + [Self.digest, Finish.run.frame])
    #expect(run.ending == .exited(0), "\(run)")
    try cage.expectUntouched(but: "root/forged")
  }

  static let wrongsInParts = [
    Lie("another digest", halves + [Frame(.digest, Forgery.digest([1]).bytes)]),
    Lie(
      "a part that ends",
      Array(halves[..<4]) + [Frame(.content, [1, 2, 3]), Frame(.content, [])]),
    Lie("parts that end", Array(halves[..<5]) + [Frame(.content, [])]),
  ]

  @Test(arguments: wrongsInParts)
  func `parts that are not what they should be get no place`(wrong: Lie) throws {
    let run = try served(as: .destination, wrong.frames + [Finish.run.frame])
    #expect(run.ending == .exited(0), "\(run)")
    try cage.expectUntouched()
    #expect(try Transcript(run.output).refusedKeys == [Array("forged".utf8)], "\(run)")
  }

  static let wrongs = [
    Lie("another content", [Frame(.content, [UInt8](repeating: 8, count: size))]),
    Lie("more content", pieces + [Frame(.content, [1])]),
    Lie("content that ends", [Frame(.content, [1, 2, 3]), Frame(.content, [])]),
  ]

  @Test(arguments: wrongs)
  func `content that is not as it was announced gets no place`(wrong: Lie) throws {
    let run = try served(
      as: .destination,
      [Self.offered, Self.whole, Self.none] + wrong.frames + [Finish.run.frame])
    try cage.expectUntouched()
    let transcript = try Transcript(run.output)
    #expect(
      transcript.failure != nil || transcript.refusedKeys == [Array("forged".utf8)], "\(run)")
  }

  // MARK: The destination

  private static func wanted(_ keys: [String]) -> Frame {
    PathList.frames(.wantOffer, keys.map { Path(uncheckedKey: Array($0.utf8)) })[0]
  }

  /// The file is of one chunk that is repeated, and of what is left: five nodes.
  private static func missing(_ count: Int) -> Frame {
    MissingChunks([Bool](repeating: true, count: count)).frame
  }

  static let liesOfDestinations = [
    Lie("65 paths", [wanted((0..<65).map { "kept\($0)" })]),
    Lie("a path twice", [wanted(["large", "large"])]),
    Lie("a path that leads out", [Frame(.wantOffer, [0, 2, 0x2e, 0x2e])]),
    Lie("fewer nodes than were listed", [wanted(["large"]), missing(1)]),
    Lie("more nodes than were listed", [wanted(["large"]), missing(100)]),
    Lie("gaps before the listing", [wanted(["large"]), GapRequest([[]]).frame]),
    Lie(
      "more gaps than there are",
      [
        wanted(["large"]), missing(4), GapRequest([[], []]).frame,
      ]),
    Lie("no gaps where there are", [wanted(["large"]), missing(4), GapRequest([]).frame]),
    Lie(
      "more pages than a gap has",
      [
        wanted(["large"]), missing(4), GapRequest([[UInt64](repeating: 1, count: 50)]).frame,
      ]),
    Lie("a change", [wanted(["large"]), Forgery.changes([.file(Array("forged".utf8))])]),
    Lie("the end", [wanted(["large"]), Finish.run.frame]),
    Lie(
      "parts of a path that leads out",
      [Frame(.wantParts, [0, 2, 0x2e, 0x2e] + [UInt8](repeating: 0, count: 33))]),
    Lie("parts of two paths", [Frame(.wantParts, wantedParts("kept").payload + [0])]),
  ]

  private static func wantedParts(_ key: String) -> Frame {
    PartsRequest(path: Path(uncheckedKey: Array(key.utf8)), digest: .zero, byteCount: 1).frame
  }

  @Test(arguments: [Open.Role.both, .destination, .compared])
  func `nothing but a source is asked for parts`(role: Open.Role) throws {
    let run = try served(as: role, [Self.wantedParts("kept")])
    #expect(run.ending == .exited(12), "\(run)")
    try cage.expectUntouched()
  }

  @Test func `what has been hashed, or is not there, does not come in parts`() throws {
    try makeFile(Array("\(cage.root)/large".utf8), content: Self.content)
    try requireSuccess(Binary.treemend, "status", cage.root)
    let keys = ["large", "none", "d", "link", "link\0canary", ".treemend\0index"]
    let run = try served(as: .source, keys.map(Self.wantedParts) + [Finish.run.frame])
    #expect(run.ending == .exited(0), "\(run)")
    let frames = try Transcript(run.output).frames
    let answers = try frames.filter { $0.kind == .changes }.map { frame in
      var reader = ChangesReader(payload: frame.payload)
      return try reader.next()?.provision
    }
    #expect(answers.count == keys.count)
    #expect(answers.allSatisfy { $0 == .unavailable(.vanished, systemCode: 0) })
  }

  @Test(arguments: liesOfDestinations)
  func `the source refuses what cannot be`(lie: Lie) throws {
    try makeFile(Array("\(cage.root)/large".utf8), content: Self.content)
    let run = try served(as: .source, lie.frames)
    #expect(run.ending == .exited(12), "\(run)")
    try cage.expectUntouched(but: "root/large")
  }

  @Test func `what is asked for as it may be is sent`() throws {
    try makeFile(Array("\(cage.root)/large".utf8), content: Self.content)
    let run = try served(
      as: .source,
      [
        Self.wanted(["none", "large", "kept"]), Self.missing(4), GapRequest([[]]).frame,
        Finish.run.frame,
      ])
    #expect(run.ending == .exited(0), "\(run)")
    let frames = try Transcript(run.output).frames
    var answered: [String] = []
    for frame in frames where frame.kind == .changes {
      var reader = ChangesReader(payload: frame.payload)
      while let change = try reader.next() {
        answered.append(String(decoding: change.entry.path.key, as: UTF8.self))
      }
    }
    #expect(answered == ["none", "large", "kept"])
    let sent = frames.filter { $0.kind == .content }
    #expect(Array(sent.map(\.payload).joined()) == Self.content)
  }

  private func served(as role: Open.Role, _ frames: [Frame]) throws -> ProgramRun {
    try ForgedPeer.served(
      Forgery.greeting + Forgery.open(cage.root, as: role)
        + frames.flatMap { $0.encoded(deflating: false) })
  }
}
