import Exchange
import Merkle
import Replica
import Testing
import Wire

/// Entries in memory: those that a tree shows, and the tree.
struct Holder: EntrySource {
  let tree: Tree
  let run: EntryRun

  init(_ run: EntryRun, _ projection: Projection, shape: TreeShape = .standard) {
    var builder = TreeBuilder(projection, shape: shape)
    builder.append(run)
    tree = builder.finish()
    self.run = run.filtered { projection.shows(run.attributes(at: $0)) }
  }

  func entries(inBuckets buckets: Range<Int>) -> EntryRun {
    let first = tree.entryCount(inBuckets: 0..<buckets.lowerBound)
    var selection = EntryRun()
    for index in first..<(first + tree.entryCount(inBuckets: buckets)) {
      selection.append(entryAt: index, of: run)
    }
    return selection
  }
}

/// A comparison of two trees, with every frame encoded and decoded on its way.
struct Meeting {
  static let nonce = CompareRequest.Nonce(first: 0x0123_4567_89ab_cdef, second: 42)

  /// The initiator's entries that were found, by path.
  private(set) var mine: [Path: Entry] = [:]
  /// The responder's.
  private(set) var theirs: [Path: Entry] = [:]
  /// Bytes of frames, by direction.
  private(set) var sentByteCount = 0
  private(set) var receivedByteCount = 0
  private(set) var requestCount = 0
  /// How many messages had to follow each other, by the initiator's own count.
  private(set) var roundTripCount = 0
  /// How often the initiator waits for as long as a message takes both ways, given the window.
  private(set) var delayCount = 0

  init(_ initiating: Holder, _ responding: Holder, windowCount: Int = 8) throws {
    var initiator = try Initiator(
      tree: initiating.tree, entries: initiating, nonce: Self.nonce,
      theirRoot: responding.tree.root, theirEntryCount: responding.tree.entryCount)
    var responder = Responder(tree: responding.tree, entries: responding)
    try take(
      Initiator<Holder>.initialFindings(
        tree: initiating.tree, theirEntryCount: responding.tree.entryCount), of: initiating)
    var arrivals: [(frame: Frame, delay: Int)] = []
    while !initiator.isDone {
      while initiator.underWayCount < windowCount, let request = initiator.nextRequest() {
        requestCount += 1
        try #require(requestCount < 100_000, "the comparison does not end")
        let asked = try CompareRequest(
          payload: Self.carried(request, counting: &sentByteCount).payload)
        let answer = try responder.answer(asked)
        let frame = try Self.carried(answer, counting: &receivedByteCount)
        arrivals.append((frame, delayCount + 1))
      }
      let (frame, delay) = arrivals.removeFirst()
      delayCount = max(delayCount, delay)
      try take(try initiator.receive(Answer.decode(payload: frame.payload)), of: initiating)
    }
    roundTripCount = initiator.roundTripCount
  }

  private mutating func take(_ findings: [Finding], of initiating: Holder) throws {
    for finding in findings {
      switch finding {
      case .mine(let run): for entry in run.entries { mine[entry.path] = entry }
      case .mineInBuckets(let buckets):
        for entry in initiating.entries(inBuckets: buckets).entries { mine[entry.path] = entry }
      case .theirs(let run): for entry in run.entries { theirs[entry.path] = entry }
      }
    }
  }

  /// The frame as it comes out at the other end of a pipe.
  static func carried(_ frame: Frame, counting byteCount: inout Int) throws -> Frame {
    let bytes = frame.encoded(deflating: true)
    byteCount += bytes.count
    let header = Array(bytes.prefix(Frame.headerByteCount))
    let payloadByteCount = try Frame.payloadByteCount(header: header)
    try #require(payloadByteCount == bytes.count - Frame.headerByteCount)
    try #require(payloadByteCount <= Frame.maximumPayloadByteCount)
    let carried = try Frame(header: header, body: Array(bytes.dropFirst(header.count)))
    try #require(carried == frame)
    return carried
  }
}

/// What two runs hold otherwise, as the projection sees it, by the plain definition.
struct TrueDifference {
  private(set) var mine: [Path: Entry] = [:]
  private(set) var theirs: [Path: Entry] = [:]

  init(_ left: EntryRun, _ right: EntryRun, _ projection: Projection) {
    let ours = Self.shown(left, projection)
    let others = Self.shown(right, projection)
    mine = ours.filter { others[$0.key]?.covered != $0.value.covered }.mapValues(\.entry)
    theirs = others.filter { ours[$0.key]?.covered != $0.value.covered }.mapValues(\.entry)
  }

  private typealias Shown = (entry: Entry, covered: [UInt8])

  private static func shown(_ run: EntryRun, _ projection: Projection) -> [Path: Shown] {
    var shown: [Path: Shown] = [:]
    for index in run.slots.indices where projection.shows(run.attributes(at: index)) {
      var covered: [UInt8] = []
      projection.encode(entryAt: index, of: run, to: &covered)
      shown[run.path(at: index)] = (run.entry(at: index), covered)
    }
    return shown
  }
}
