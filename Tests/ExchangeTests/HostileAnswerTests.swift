import Merkle
import Replica
import TestSupport
import Testing
import Wire

@testable import Exchange

/// What an initiator does with answers that no responder of ours gives.
@Suite struct HostileAnswerTests {
  private static let holder = Holder(EntryRun.simulated(count: 1000, seed: 1), .state)

  /// An initiator that waits for the answer to one query, of nodes or, for a small tree, entries.
  private static func waiting(
    entryCount: Int? = nil, theirEntryCount: Int = 1000
  ) throws -> Initiator<Holder> {
    let holder = entryCount.map { Holder(EntryRun.simulated(count: $0, seed: 2), .state) } ?? holder
    var initiator = try Initiator(
      tree: holder.tree, entries: holder, nonce: Meeting.nonce, theirRoot: .zero,
      theirEntryCount: theirEntryCount)
    try initiator.ask()
    return initiator
  }

  private static func segment(
    _ mine: Range<Int>, _ theirs: NodeRange = NodeRange(level: 1, nodes: 0..<1),
    _ listing: Listing? = nil
  ) -> Answer {
    .segments([Segment(mine: mine, theirs: theirs, listing: listing)])
  }

  @Test(arguments: [
    segment(0..<4096), segment(0..<0), segment(4000..<4001),
    .segments([
      Segment(mine: 1..<2, theirs: .whole, listing: nil),
      Segment(mine: 0..<1, theirs: .whole, listing: nil),
    ]),
    .segments([
      Segment(mine: 0..<2, theirs: .whole, listing: nil),
      Segment(mine: 1..<3, theirs: .whole, listing: nil),
    ]),
    segment(0..<1, NodeRange(level: 1, nodes: 0..<2), .nodes([Mark(name: 1, tag: 1)])),
    segment(0..<1, NodeRange(level: 0, nodes: 0..<1), .nodes([Mark(name: 1, tag: 1)])),
    segment(0..<1, NodeRange(level: 63, nodes: 0..<1), .nodes([Mark(name: 1, tag: 1)])),
    .list(theirs: .whole, listing: nil), .fetched(EntryRun(), rest: nil),
    .entries(mine: [], theirs: [], run: EntryRun()),
  ])
  func `answers that do not fit a query of nodes are refused`(answer: Answer) throws {
    var initiator = try Self.waiting()
    #expect(throws: Malformed.self) { try initiator.receive([answer]) }
  }

  @Test(
    arguments: [
      .entries(mine: [100], theirs: [], run: EntryRun()), .segments([]),
      .entries(mine: [], theirs: [], run: EntryRun.simulated(count: 1, seed: 3)),
      .fetched(EntryRun(), rest: nil), .list(theirs: .whole, listing: .entries([])),
    ] as [Answer])
  func `answers that do not fit a query of entries are refused`(answer: Answer) throws {
    var initiator = try Self.waiting(entryCount: 50, theirEntryCount: 50)
    #expect(throws: Malformed.self) { try initiator.receive([answer]) }
  }

  @Test func `answers are as many as asked for, and at least one`() throws {
    var initiator = try Self.waiting()
    #expect(throws: Malformed.count) { try initiator.receive([]) }
    initiator = try Self.waiting()
    #expect(throws: Malformed.count) {
      try initiator.receive([.segments([]), .segments([])])
    }
    initiator = try Self.waiting()
    #expect(try initiator.receive([.segments([])]).isEmpty && initiator.isDone)
    #expect(throws: Malformed.count) { try initiator.receive([.segments([])]) }
  }

  @Test func `more entries than were announced are refused`() throws {
    let run = EntryRun.simulated(count: 10, seed: 5)
    let rest = Rest(buckets: NodeRange(level: 1, nodes: 0..<1), from: 1)
    let empty = Holder(EntryRun(), .state)
    var initiator = try Initiator(
      tree: empty.tree, entries: empty, nonce: Meeting.nonce, theirRoot: .zero,
      theirEntryCount: 2 * run.count)
    for _ in 0..<2 {
      try initiator.ask()
      #expect(try initiator.receive([.fetched(run, rest: rest)]) == [.theirs(run)])
    }
    try initiator.ask()
    #expect(throws: Malformed.count) {
      try initiator.receive([.fetched(EntryRun([run.entry(at: 0)]), rest: nil)])
    }
  }

  @Test(arguments: [
    Rest(buckets: .whole, from: 0), Rest(buckets: NodeRange(level: 2, nodes: 0..<1), from: 0),
    Rest(buckets: NodeRange(level: 0, nodes: 0..<1), from: 0),
  ])
  func `a rest of anything but buckets is refused`(rest: Rest) throws {
    let empty = Holder(EntryRun(), .state)
    var initiator = try Initiator(
      tree: empty.tree, entries: empty, nonce: Meeting.nonce, theirRoot: .zero,
      theirEntryCount: 100)
    try initiator.ask()
    let run = EntryRun.simulated(count: 1, seed: 5)
    #expect(throws: Malformed.count) { try initiator.receive([.fetched(run, rest: rest)]) }
  }

  @Test func `an answer that brings nothing and promises a rest is refused`() throws {
    let empty = Holder(EntryRun(), .state)
    var initiator = try Initiator(
      tree: empty.tree, entries: empty, nonce: Meeting.nonce, theirRoot: .zero,
      theirEntryCount: 100)
    try initiator.ask()
    let rest = Rest(buckets: NodeRange(level: 1, nodes: 0..<(1 << 40)), from: 0)
    #expect(throws: Malformed.count) {
      try initiator.receive([.fetched(EntryRun(), rest: rest)])
    }
  }

  @Test func `more buckets than there are bytes are asked for a few at a time`() throws {
    var initiator = try Self.waiting()
    let vast = NodeRange(level: 1, nodes: 0..<(1 << 40))
    #expect(try initiator.receive([Self.segment(0..<1, vast)]).count == 1)
    for _ in 0..<100 {
      let request = try initiator.ask()
      #expect(request.payload.count < 100)
    }
  }

  @Test func `a responder that always says that all differs comes to an end`() throws {
    var initiator = try Self.waiting()
    for round in 0..<100_000 {
      try #require(round < 10_000, "the comparison does not end")
      guard try Self.answerWithAll(to: &initiator) else { break }
    }
    #expect(initiator.isDone)
  }

  /// Answers the oldest request with one segment or nothing; returns whether there is another.
  private static func answerWithAll(to initiator: inout Initiator<Holder>) throws -> Bool {
    do {
      _ = try initiator.receive([.segments([Segment(mine: 0..<1, theirs: .whole, listing: nil)])])
    } catch Malformed.kind {
      return false
    }
    return initiator.nextRequest() != nil
  }

  @Test(arguments: SplitMix.seeds, [true, false])
  func `answers with flipped bits end or are refused`(seed: UInt64, isPull: Bool) throws {
    var random = SplitMix(seed: seed)
    let other = Holder(EntryRun.simulated(count: 1000, seed: 1).filtered { $0 % 7 != 0 }, .state)
    let (mine, theirs) = isPull ? (other, Self.holder) : (Self.holder, other)
    for _ in 0..<60 {
      var initiator = try Initiator(
        tree: mine.tree, entries: mine, nonce: Meeting.nonce, theirRoot: .zero,
        theirEntryCount: theirs.tree.entryCount)
      var responder = Responder(tree: theirs.tree, entries: theirs)
      var requestCount = 0
      do {
        while let request = initiator.nextRequest() {
          requestCount += 1
          try #require(requestCount < 10_000, "seed \(seed): the comparison does not end")
          var payload = try responder.answer(CompareRequest(payload: request.payload)).payload
          if random.next() % 3 == 0, !payload.isEmpty {
            payload[Int(random.next() % UInt64(payload.count))] ^= 1 << UInt8(random.next() % 8)
          }
          _ = try initiator.receive(Answer.decode(payload: payload))
        }
      } catch is Malformed {
        continue
      }
    }
  }
}

extension Initiator {
  /// The next request, of which there is one.
  @discardableResult
  fileprivate mutating func ask() throws -> Frame {
    let request = nextRequest()
    return try #require(request)
  }
}
