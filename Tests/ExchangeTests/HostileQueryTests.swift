import Merkle
import Replica
import TestSupport
import Testing
import Wire

@testable import Exchange

/// What a responder does with queries that no initiator of ours makes.
@Suite struct HostileQueryTests {
  private static let holder = Holder(EntryRun.simulated(count: 3000, seed: 1), .state)
  private static let bucketCount = holder.tree.bucketCount
  private static let mark = Mark(name: 1, tag: 2)

  private static func answers(
    _ queries: [Query], of holder: Holder = holder, projection: Projection = .state
  ) throws -> [Answer] {
    var responder = Responder(tree: holder.tree, entries: holder)
    let request = CompareRequest(
      projection: projection.rawValue, nonce: Meeting.nonce, queries: queries)
    let frame = try responder.answer(CompareRequest(payload: request.frame.payload))
    var byteCount = 0
    return try Answer.decode(payload: Meeting.carried(frame, counting: &byteCount).payload)
  }

  private static func range(_ level: Int, _ nodes: Range<Int>) -> NodeRange {
    NodeRange(level: level, nodes: nodes)
  }

  /// Queries of every form about a range.
  private static func queries(about range: NodeRange) -> [Query] {
    [0, 1, 2, 63, 64].filter { $0 <= range.level }.map { .list(range: range, level: $0) }
      + [1, 2, 63, 64].filter { $0 <= range.level }.map {
        .nodes(range: range, level: $0, marks: [mark])
      }
      + [
        .entries(range: range, tags: [1]), .fetchAll(range: range, from: 0),
        .fetchAll(range: range, from: 1), .fetch(range: range, ordinals: [0]),
      ]
  }

  @Test(arguments: [
    range(0, 0..<1), range(0, 0..<0), range(1, 0..<(bucketCount + 1)), range(2, 0..<1 << 40),
    range(1, (1 << 40)..<(1 << 41)), range(1, bucketCount..<(bucketCount + 1)), range(63, 0..<2),
    range(1, (bucketCount + 1)..<(bucketCount + 1)), range(62, 1..<2), range(63, 2..<2),
  ])
  func `nodes that the tree does not have are refused`(range: NodeRange) throws {
    for query in Self.queries(about: range) {
      #expect(throws: Malformed.count, "\(query)") { try Self.answers([query]) }
    }
  }

  @Test(arguments: [1, 2, 3, 62, 63, 64])
  func `ranges at and above the root are answered`(level: Int) throws {
    for query in Self.queries(about: Self.range(level, 0..<1)) {
      #expect(try Self.answers([query]).count == 1)
    }
  }

  @Test func `the empty tree has no nodes but the whole`() throws {
    let empty = Holder(EntryRun(), .state)
    for level in 1..<64 {
      for query in Self.queries(about: Self.range(level, 0..<1)) {
        #expect(throws: Malformed.count) { try Self.answers([query], of: empty) }
      }
    }
    for query in Self.queries(about: .whole) {
      switch query {
      case .fetch, .fetchAll(_, from: 1): continue
      default: #expect(try Self.answers([query], of: empty).count == 1, "\(query)")
      }
    }
  }

  @Test func `ordinals beyond the range are refused`() throws {
    let count = Self.holder.tree.entryCount(inBuckets: 0..<1)
    let range = Self.range(1, 0..<1)
    let last = try Self.answers([.fetch(range: range, ordinals: [count - 1])])
    #expect(last == [.fetched(EntryRun([Self.holder.run.entry(at: count - 1)]), rest: nil)])
    #expect(throws: Malformed.count) {
      try Self.answers([.fetch(range: range, ordinals: [count])])
    }
    #expect(throws: Malformed.count) {
      try Self.answers([.fetchAll(range: range, from: count + 1)])
    }
    #expect(throws: Malformed.count) {
      try Self.answers([.fetch(range: range, ordinals: [Listing.maximumOpenedCount])])
    }
  }

  @Test func `a range of too many entries is not opened`() throws {
    let large = Holder(EntryRun.simulated(count: 20_000, seed: 2), .state)
    #expect(throws: Malformed.count) {
      try Self.answers([.entries(range: .whole, tags: [])], of: large)
    }
    #expect(throws: Malformed.count) {
      try Self.answers([.fetch(range: .whole, ordinals: [1])], of: large)
    }
    let listing = try Self.answers([.list(range: .whole, level: 0)], of: large)
    #expect(
      listing == [
        .list(theirs: Self.range(1, 0..<large.tree.bucketCount), listing: nil)
      ])
  }

  @Test func `lists of nothing are refused`() throws {
    let range = Self.range(1, 0..<1)
    for query in [
      .fetch(range: range, ordinals: []), .nodes(range: .whole, level: 1, marks: []),
      .entries(range: range, tags: []),
    ] as [Query] {
      #expect(throws: Malformed.count, "\(query)") { try Self.answers([query]) }
    }
  }

  @Test(
    arguments: [
      .fetch(range: .whole, ordinals: [0]), .entries(range: .whole, tags: [1]),
    ] as [Query])
  func `what is opened for one answer is bounded, whatever its size`(query: Query) throws {
    let count = try Self.answers(Array(repeating: query, count: 100)).count
    #expect(count * Self.holder.run.count >= Listing.maximumOpenedCount)
    #expect(count < 30)
  }

  @Test func `a request is left unanswered when the run is to stop`() throws {
    struct Stop: Error {}
    var responder = Responder(tree: Self.holder.tree, entries: Self.holder)
    var count = 0
    #expect(throws: Stop.self) {
      _ = try responder.answer(
        CompareRequest(
          projection: Projection.state.rawValue, nonce: Meeting.nonce,
          queries: Array(repeating: .list(range: .whole, level: 1), count: 10))
      ) {
        count += 1
        if count == 3 { throw Stop() }
      }
    }
    #expect(count == 3)
  }

  @Test func `another projection is refused`() {
    #expect(throws: Malformed.kind) { try Self.answers([], projection: .content) }
  }

  @Test func `a list as long as may be, all of it different, is answered in one frame`() throws {
    let shape = TreeShape(bucketBits: 3, fanoutBits: 3, maximumCount: 512)
    let wide = Holder(EntryRun.simulated(count: 40_000, seed: 3), .state, shape: shape)
    let nodes = wide.tree.nodes(atLevel: 1).prefix(Listing.maximumCount)
    try #require(nodes.count == Listing.maximumCount)
    let marks = nodes.map { node in
      Mark(name: wide.tree.boundary(of: node, atLevel: 1).tag, tag: 0)
    }
    let answers = try Self.answers([.nodes(range: .whole, level: 1, marks: marks)], of: wide)
    guard case .segments(let segments) = answers.first else {
      Issue.record("no segments")
      return
    }
    #expect(segments.count == Listing.maximumCount)
    #expect(segments.contains { $0.listing == nil } && segments.contains { $0.listing != nil })
  }

  @Test func `entries as large as may be are sent one by one`() throws {
    var run = EntryRun()
    let counters = (1..<UInt64(VersionVector.maximumCount)).map {
      VersionVector.Counter(replica: ReplicaID(rawValue: $0 << 40), value: .max - $0)
    }
    let vector = try VersionVector(counters: counters, dots: [counters[0]])
    for number in UInt8(0)..<12 {
      let names = Array(repeating: [UInt8](repeating: 0x61, count: 255), count: 255)
      let key = [[0x61 + number]] + names + [[UInt8](repeating: 0x62, count: 253)]
      run.append(
        Entry(
          path: try Path(key: Array(key.joined(separator: [0]))),
          attributes: .directory(mode: number == 0 ? 0 : 0o1777),
          vector: vector.raised(by: ReplicaID(rawValue: 7), in: 0)))
    }
    let source = Holder(run, .state)
    let meeting = try Meeting(Holder(EntryRun(), .state), source)
    #expect(meeting.theirs.count == 12)
    let small = Holder(EntryRun.simulated(count: 10, seed: 4), .state)
    #expect(try Meeting(small, source).theirs.count == 12)
  }

  @Test func `vectors as large as may be, every counter with a dot, are sent one by one`() throws {
    var run = EntryRun()
    for number in UInt8(0)..<12 {
      let counters = (1...UInt64(VersionVector.maximumCount)).map {
        VersionVector.Counter(
          replica: ReplicaID(rawValue: $0 << 40 | UInt64(number)), value: .max - $0)
      }
      let dots = counters.map { VersionVector.Counter(replica: $0.replica, value: 1) }
      var names = [[0x61 + number]]
      if number % 7 == 6 {
        names += Array(repeating: [UInt8](repeating: 0x61, count: 255), count: 255)
      }
      run.append(
        Entry(
          path: try Path(key: Array(names.joined(separator: [0]))),
          attributes: .tombstone(deleted: 1),
          vector: try VersionVector(counters: counters, dots: dots)))
    }
    let meeting = try Meeting(Holder(EntryRun(), .state), Holder(run, .state))
    #expect(meeting.theirs.count == 12)
    let small = Holder(EntryRun.simulated(count: 10, seed: 4), .state)
    #expect(try Meeting(small, Holder(run, .state)).theirs.count == 12)
  }

  @Test(arguments: SplitMix.seeds)
  func `requests with flipped bits are answered or refused`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let other = Holder(EntryRun.simulated(count: 3000, seed: 1).filtered { $0 % 5 != 0 }, .state)
    var initiator = try Initiator(
      tree: other.tree, entries: other, nonce: Meeting.nonce, theirRoot: .zero,
      theirEntryCount: Self.holder.tree.entryCount)
    var responder = Responder(tree: Self.holder.tree, entries: Self.holder)
    while let request = initiator.nextRequest() {
      for _ in 0..<40 {
        var payload = request.payload
        for _ in 0...(random.next() % 3) {
          payload[Int(random.next() % UInt64(payload.count))] ^= 1 << UInt8(random.next() % 8)
        }
        do {
          let answer = try responder.answer(CompareRequest(payload: payload))
          _ = try Answer.decode(payload: answer.payload)
        } catch is Malformed {
          continue
        }
      }
      let answer = try responder.answer(CompareRequest(payload: request.payload))
      _ = try initiator.receive(Answer.decode(payload: answer.payload))
    }
  }
}
