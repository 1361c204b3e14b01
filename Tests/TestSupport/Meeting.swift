package import Exchange
package import Merkle
package import Replica
package import Wire

/// One end of a comparison in memory.
package protocol ComparisonEnd: EntrySource {
  /// The tree over the end's entries.
  var tree: Tree { get }
}

/// A comparison of two trees, with every frame encoded and decoded on its way.
package struct Meeting {
  /// The key of the tags.
  package static let nonce = CompareRequest.Nonce(first: 0x0123_4567_89ab_cdef, second: 42)

  /// The initiator's entries that were found, by path.
  package private(set) var mine: [Path: Entry] = [:]
  /// The responder's.
  package private(set) var theirs: [Path: Entry] = [:]
  /// The bytes of the initiator's frames.
  package private(set) var sentByteCount = 0
  /// The bytes of the responder's frames.
  package private(set) var receivedByteCount = 0
  /// How many requests there were.
  package private(set) var requestCount = 0
  /// How many messages had to follow each other, by the initiator's own count.
  package private(set) var roundTripCount = 0
  /// How often the initiator waits for as long as a message takes both ways, given the window.
  package private(set) var delayCount = 0

  /// Compares both to the end, with so many requests under way at most.
  package init<Initiating: ComparisonEnd>(
    _ initiating: Initiating, _ responding: some ComparisonEnd, windowCount: Int = 8
  ) throws {
    var initiator = try Initiator(
      tree: initiating.tree, entries: initiating, nonce: Self.nonce,
      theirRoot: responding.tree.root, theirEntryCount: responding.tree.entryCount)
    var responder = Responder(tree: responding.tree, entries: responding)
    try take(
      Initiator<Initiating>.initialFindings(
        tree: initiating.tree, theirEntryCount: responding.tree.entryCount), of: initiating)
    var arrivals: [(frame: Frame, delay: Int)] = []
    while !initiator.isDone {
      while initiator.underWayCount < windowCount, let request = initiator.nextRequest() {
        requestCount += 1
        guard requestCount < 100_000 else {
          throw ComparisonFailure(what: "the comparison does not end")
        }
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

  private mutating func take(
    _ findings: [Finding], of initiating: some ComparisonEnd
  ) throws {
    var initiating = initiating
    for finding in findings {
      switch finding {
      case .mine(let run): for entry in run.entries { mine[entry.path] = entry }
      case .mineInBuckets(let buckets):
        for entry in try initiating.entries(inBuckets: buckets).entries { mine[entry.path] = entry }
      case .theirs(let run): for entry in run.entries { theirs[entry.path] = entry }
      }
    }
  }

  /// The frame as it comes out at the other end of a pipe.
  package static func carried(_ frame: Frame, counting byteCount: inout Int) throws -> Frame {
    let bytes = frame.encoded(deflating: true)
    byteCount += bytes.count
    let header = Array(bytes.prefix(Frame.headerByteCount))
    let payloadByteCount = try Frame.payloadByteCount(header: header)
    let carried = try Frame(header: header, body: Array(bytes.dropFirst(header.count)))
    guard payloadByteCount == bytes.count - Frame.headerByteCount,
      payloadByteCount <= Frame.maximumPayloadByteCount, carried == frame
    else { throw ComparisonFailure(what: "a \(frame.kind) frame is not what it was") }
    return carried
  }
}

/// The error of a comparison that does not do as it should.
package struct ComparisonFailure: Error {
  let what: String

  /// Says what went wrong.
  package init(what: String) {
    self.what = what
  }
}
