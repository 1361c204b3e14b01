import Hashing
import Replica
import TestSupport
import Testing

@testable import Wire

/// A message of the protocol: its bytes, and how they are read again.
struct Sample: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let payload: [UInt8]
  /// Reads a payload and returns the payload of what was read.
  let reencode: @Sendable ([UInt8]) throws -> [UInt8]
  /// Whether a payload that ends early can be whole, because messages follow each other in it.
  var isSequence = false
}

extension Sample {
  static let all: [Sample] =
    comparison + greetings + reports + largeFiles + [changes, parted, versions]

  static let nonce = CompareRequest.Nonce(first: 1, second: .max)
  static let path = Path(uncheckedKey: Array("a\0b".utf8))
  static let marks = [Mark(name: 7, tag: .max), Mark(name: .max, tag: 0)]
  static let range = NodeRange(level: 3, nodes: 5..<900)
  static let run = EntryRun.simulated(count: 5, seed: 1)

  /// One query of each form.
  static let queries: [Query] = [
    .nodes(range: range, level: 2, marks: marks), .nodes(range: .whole, level: 64, marks: []),
    .entries(range: .whole, tags: [1, .max]), .entries(range: range, tags: []),
    .list(range: range, level: 0), .list(range: range, level: 3), .fetchAll(range: range, from: 0),
    .fetchAll(range: .whole, from: 512), .fetch(range: range, ordinals: [0, 1, 7, 16_383]),
    .fetch(range: range, ordinals: []),
  ]

  /// One answer of each form.
  static let answers: [Answer] = [
    .segments([]),
    .segments([
      Segment(mine: 0..<1, theirs: range, listing: nil),
      Segment(mine: 3..<9, theirs: range, listing: .nodes(marks)),
      Segment(mine: 9..<10, theirs: range, listing: .entries([0, 3])),
    ]),
    .entries(mine: [1, 2], theirs: [0, 9], run: run),
    .entries(mine: [], theirs: [], run: EntryRun()), .list(theirs: range, listing: nil),
    .list(theirs: range, listing: .nodes(marks)), .list(theirs: range, listing: .entries([])),
    .fetched(run, rest: nil), .fetched(run, rest: Rest(buckets: range, from: 400)),
  ]

  private static let comparison = [
    Sample(
      testDescription: "compare",
      payload: CompareRequest(projection: 1, nonce: nonce, queries: queries).frame.payload,
      reencode: { try CompareRequest(payload: $0).frame.payload }, isSequence: true),
    Sample(
      testDescription: "differences", payload: encoded(answers),
      reencode: { encoded(try Answer.decode(payload: $0)) }, isSequence: true),
  ]

  private static let versions = Sample(
    testDescription: "versions",
    payload: encoded([
      VersionRun(start: path, vector: VersionVector(ReplicaID(rawValue: 7), 9)),
      VersionRun(start: path.appending("c".utf8), vector: nil),
      VersionRun(
        start: path.appending("d".utf8),
        vector: VersionVector(ReplicaID(rawValue: 7), 9).raised(by: ReplicaID(rawValue: 1), in: 3)),
      VersionRun(
        start: path.appending("e".utf8), vector: VersionVector(ReplicaID(rawValue: 7), 9)),
    ]),
    reencode: { encoded(try VersionRuns(payload: $0).runs) }, isSequence: true)

  static func encoded(_ runs: [VersionRun]) -> [UInt8] {
    let sent = Sent()
    var writer = VersionRunsWriter { sent.frames.append($0) }
    for run in runs { try? writer.write(run.vector, from: run.start) }
    try? writer.finish()
    return sent.frames.last?.payload ?? []
  }

  /// Frames that were sent.
  final class Sent {
    var frames: [Frame] = []
  }

  static func encoded(_ answers: [Answer]) -> [UInt8] {
    var payload: [UInt8] = []
    for answer in answers { answer.encode(to: &payload) }
    return payload
  }

  static let open = Open(
    role: .destination, flags: [.deletes, .deflates, .defersHashing], lockWaitSeconds: .max,
    byteRate: 1 << 20,
    root: Array("/srv/\u{e9}".utf8), stateDirectory: [],
    introduction: introduction,
    rules: [
      Open.Rule(includes: true, pattern: Array("*.c".utf8)),
      Open.Rule(includes: false, pattern: []),
    ])

  static let introduction = Introduction(
    replica: ReplicaID(rawValue: .max), place: .max - 1, epoch: 12, nextEpoch: 14, clock: .max,
    knowledge: knowledge, isEmpty: true)

  private static let knowledge: Knowledge = {
    var knowledge = Knowledge()
    knowledge.note(ReplicaID(rawValue: 5), in: 300, now: -7)
    knowledge.note(ReplicaID(rawValue: .max), in: 12, now: .max)
    knowledge.noteEqual(ReplicaID(rawValue: 5), ReplicaID(rawValue: .max))
    return knowledge
  }()

  static let ready = Ready(
    replica: ReplicaID(rawValue: 3), isNew: true, meetsStranger: true, hasDeleted: true,
    entryCount: 1 << 48, liveCount: 7, stateRoot: .zero,
    contentRoot: Digest([UInt8](0..<32).span.bytes))

  private static let greetings = [
    Sample(
      testDescription: "hello", payload: Hello(program: "1.2.3").frame.payload,
      reencode: {
        _ = try Hello(payload: $0); return $0
      }),
    Sample(
      testDescription: "open", payload: (try? open.frame().payload) ?? [],
      reencode: { try Open(payload: $0).frame().payload }),
    Sample(
      testDescription: "met", payload: introduction.frame.payload,
      reencode: { try Introduction(payload: $0).frame.payload }),
    Sample(
      testDescription: "ready", payload: ready.frame.payload,
      reencode: { try Ready(payload: $0).frame.payload }),
  ]

  static let problems = Problem.Code.allCases.map { code in
    Problem(
      path: code.isOfReplica ? .root : path.appending([code.rawValue + 1]), code: code,
      systemCode: .min)
  }

  private static let reports = [
    Sample(
      testDescription: "finish",
      payload: Finish.equal(stateRoot: ready.stateRoot).frame.payload,
      reencode: { try Finish(payload: $0).frame.payload }),
    Sample(
      testDescription: "finished",
      payload: Finished(stateRoot: ready.stateRoot, contentRoot: .zero).frame.payload,
      reencode: { try Finished(payload: $0).frame.payload }),
    Sample(
      testDescription: "failure",
      payload: Failure(exitCode: 41, message: Array("in use".utf8)).frame().payload,
      reencode: { try Failure(payload: $0).frame().payload }),
    Sample(
      testDescription: "outcomes",
      payload: Outcomes(changeCount: 9, matchedByteCount: 1 << 40, problems: problems).frames()[0]
        .payload,
      reencode: { try Outcomes(payload: $0).frames()[0].payload }, isSequence: true),
    Sample(
      testDescription: "paths",
      payload: PathList.frames(.want, problems.map(\.path).filter { $0 != .root } + [path])[0]
        .payload,
      reencode: { PathList.frames(.want, try PathList.decode(payload: $0)).first?.payload ?? [] },
      isSequence: true),
  ]

  static let listing: ChunkListing = {
    var listing = ChunkListing()
    listing.append([ChunkListing.Node(fingerprint: 1, byteCount: 1 << 60)])
    listing.append(
      (UInt64(0)..<3).map { ChunkListing.Node(fingerprint: .max - $0, byteCount: Int64(1 << $0)) })
    return listing
  }()

  private static let flags = (0..<21).map { $0 % 3 == 0 }

  private static let largeFiles = [
    Sample(
      testDescription: "chunks", payload: listing.frame.payload,
      reencode: { try ChunkListing(payload: $0).frame.payload }, isSequence: true),
    Sample(
      testDescription: "missing", payload: MissingChunks(flags).frame.payload,
      reencode: { try MissingChunks(payload: $0).frame.payload }),
    Sample(
      testDescription: "gaps", payload: GapRequest([[], [1, .max], [0], []]).frame.payload,
      reencode: { try GapRequest(payload: $0).frame.payload }, isSequence: true),
    Sample(
      testDescription: "part", payload: ContentPart(byteCount: 1 << 60, level: 64).frame.payload,
      reencode: { try ContentPart(payload: $0).frame.payload }),
    Sample(
      testDescription: "wantParts",
      payload: PartsRequest(path: path, digest: .zero, byteCount: .max).frame.payload,
      reencode: { try PartsRequest(payload: $0).frame.payload }),
    Sample(
      testDescription: "pages", payload: PageDifferences(flags).frame.payload,
      reencode: { try PageDifferences(payload: $0).frame.payload }),
  ]

  /// One change of each form; content that follows can only be for the last.
  static let allChanges: [Change] = {
    let entries = EntryRun.simulated(count: 20, seed: 2).entries
    let provisions: [Provision] = [
      .nothing, .inline([]), .inline([UInt8](repeating: 7, count: 300)), .copy(from: path),
      .unavailable(.changed, systemCode: -7), .deletion, .move(from: path),
      .rebuild(level: 64, sketch: [1, 0, .max]), .rebuild(level: 0, sketch: []), .stream,
    ]
    return zip(entries.reversed(), provisions).enumerated().map { index, pair in
      Change(
        entry: pair.0, provision: pair.1,
        parentModified: index % 3 == 0 ? nil : Int64(index) - 3)
    }
  }()

  static func encoded(_ changes: [Change]) -> [UInt8] {
    var writer = ChangesWriter()
    for change in changes { writer.append(change) }
    return writer.frame().payload
  }

  static func decoded(_ payload: [UInt8]) throws -> [Change] {
    var reader = ChangesReader(payload: payload)
    var changes: [Change] = []
    while let change = try reader.next() { changes.append(change) }
    return changes
  }

  private static let parted = Sample(
    testDescription: "changes in parts",
    payload: encoded([Change(entry: allChanges[0].entry, provision: .parts)]),
    reencode: { encoded(try decoded($0)) }, isSequence: true)

  private static let changes = Sample(
    testDescription: "changes", payload: encoded(allChanges),
    reencode: { encoded(try decoded($0)) }, isSequence: true)
}
