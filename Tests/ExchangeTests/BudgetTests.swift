import Merkle
import Replica
import TestSupport
import Testing
import Wire

@testable import Exchange

/// What may differ between two large trees, and what a comparison may then cost.
struct Budget: Sendable, CustomTestStringConvertible {
  /// Which entries of `count` are changed.
  let changed: @Sendable (_ count: Int) -> [Int]
  /// Whether one end has a new directory besides, a tenth as large as the tree.
  var hasNewDirectory = false
  /// The most bytes both ways, beyond 100 for each entry that differs.
  let overheadByteCount: Int
  let name: String

  var testDescription: String { name }

  static let all = [
    Budget(changed: { [$0 / 3] }, overheadByteCount: 4096, name: "one"),
    Budget(changed: { scattered(10, of: $0) }, overheadByteCount: 32_768, name: "ten scattered"),
    Budget(
      changed: { scattered(1000, of: $0) }, overheadByteCount: 1_000_000, name: "1,000 scattered"),
    Budget(
      changed: { Array(($0 / 3)..<($0 / 3 + 1000)) }, overheadByteCount: 32_768,
      name: "1,000 adjacent"),
    Budget(
      changed: { _ in [] }, hasNewDirectory: true, overheadByteCount: 32_768,
      name: "a new directory"),
  ]

  static func scattered(_ changedCount: Int, of count: Int) -> [Int] {
    var random = SplitMix(seed: 99)
    return Set((0..<changedCount).map { _ in Int(random.next() % UInt64(count)) }).sorted()
  }
}

@Suite struct BudgetTests {
  #if DEBUG
    /// Unoptimised, a million entries take minutes.
    private static let count = 100_000
  #else
    private static let count = 1_000_000
  #endif
  private static let base = EntryRun.simulated(count: count, seed: 5)
  private static let holder = Holder(base, .state)

  @Test(arguments: Budget.all)
  func `a comparison costs what the difference is worth`(budget: Budget) throws {
    var random = SplitMix(seed: 6)
    var changes = budget.changed(Self.base.count).map {
      Self.base.entry(at: $0).edited(using: &random)
    }
    for number in 0..<(budget.hasNewDirectory ? Self.count / 10 : 0) {
      let key = Array("project-00003\0folder-0xx\0new-\(1_000_000 + number).txt".utf8)
      let path = Path(uncheckedKey: key)
      changes.append(
        Entry(path: path, attributes: random.attributes(), vector: random.vector()))
    }
    let other = Holder(Self.base.replacing(changes), .state)
    for (way, ends) in [("push", (other, Self.holder)), ("pull", (Self.holder, other))] {
      let meeting = try Meeting(ends.0, ends.1)
      let byteCount = meeting.sentByteCount + meeting.receivedByteCount
      print(
        "\(Self.base.count) entries, \(way), \(budget.name): \(meeting.sentByteCount) bytes sent,",
        "\(meeting.receivedByteCount) received, \(meeting.roundTripCount) round trips,",
        "\(meeting.requestCount) requests, \(meeting.delayCount) delays")
      let found = Set(meeting.mine.keys).union(meeting.theirs.keys)
      #expect(found.isSuperset(of: changes.map(\.path)))
      #expect(byteCount - 100 * changes.count <= budget.overheadByteCount)
      #expect(meeting.roundTripCount <= 3)
    }
  }

  @Test func `fifteen edits at either end cost less than 64 KB`() throws {
    let changed = Budget.scattered(20, of: Self.base.count)
    let ends = [UInt64](1...2).map { seed in
      var random = SplitMix(seed: seed)
      let own = seed == 1 ? changed.prefix(15) : changed.suffix(15)
      return Holder(
        Self.base.replacing(own.map { Self.base.entry(at: $0).edited(using: &random) }), .state)
    }
    let meeting = try Meeting(ends[0], ends[1])
    let byteCount = meeting.sentByteCount + meeting.receivedByteCount
    print("\(Self.base.count) entries, fifteen edits at either end: \(byteCount) bytes both ways")
    let found = Set(meeting.mine.keys).union(meeting.theirs.keys)
    #expect(found.isSuperset(of: changed.map { Self.base.entry(at: $0).path }))
    #expect(byteCount <= 65_536)
  }

  @Test func `equal replicas exchange less than a kilobyte`() throws {
    var knowledge = Knowledge()
    let replicas = (1...UInt64(5)).map { ReplicaID(rawValue: .max / $0) }
    for replica in replicas { knowledge.note(replica, in: 1 << 30, now: .max) }
    for replica in replicas { knowledge.noteEqual(replicas[0], replica) }
    let introduction = Introduction(
      replica: replicas[0], place: .max, epoch: 1 << 30, nextEpoch: 1 << 30 + 1, clock: .max,
      knowledge: knowledge)
    let open = Open(
      role: .destination, flags: [.deletes], lockWaitSeconds: 0,
      root: [UInt8](repeating: 0x61, count: 200), stateDirectory: [],
      introduction: introduction, rules: [])
    let ready = Ready(
      replica: ReplicaID(rawValue: .max), isNew: false, meetsStranger: false, hasDeleted: false,
      entryCount: 1 << 40, liveCount: 1 << 40, stateRoot: Self.holder.tree.root,
      contentRoot: Self.holder.tree.root)
    let hello = Hello(program: "100.100.100").frame
    let offer = Finish.equal(stateRoot: Self.holder.tree.root).frame
    let frames = [hello, hello, try open.frame(), introduction.frame, offer, ready.frame]
    let byteCount = frames.reduce(2 * Magic.bytes.count) {
      $0 + $1.encoded(deflating: true).count
    }
    print("nothing different: \(byteCount) bytes both ways")
    #expect(byteCount <= 1000)
  }
}
