import Testing

@testable import Replica

@Suite struct KnowledgeTests {
  private static let a = ReplicaID(rawValue: 1)
  private static let b = ReplicaID(rawValue: 2)
  private static let c = ReplicaID(rawValue: 3)
  private static let day: Int64 = 86_400 * 1_000_000_000

  /// Three replicas, of which two have just agreed.
  private static func knowledge() -> Knowledge {
    var knowledge = Knowledge()
    for (replica, epoch) in [(a, 10), (b, 20), (c, 30)] as [(ReplicaID, UInt64)] {
      knowledge.note(replica, in: epoch, now: day)
    }
    knowledge.noteEqual(a, b)
    return knowledge
  }

  @Test func `a change is settled when everybody has seen it`() {
    var knowledge = Self.knowledge()
    let change = VersionVector(Self.a, 10)
    #expect(!knowledge.isSettled(change, made: 0, now: Self.day))
    knowledge.noteEqual(Self.b, Self.c)
    #expect(knowledge.isSettled(change, made: 0, now: Self.day))
    #expect(!knowledge.isSettled(VersionVector(Self.a, 11), made: 0, now: Self.day))
  }

  @Test func `where a replica may have had to make room, only time settles`() {
    var knowledge = Self.knowledge()
    knowledge.noteEqual(Self.b, Self.c)
    for number in 1...(Knowledge.maximumCount - 3) {
      let replica = ReplicaID(rawValue: UInt64(1000 + number))
      #expect(knowledge.isSettled(VersionVector(Self.a, 10), made: 0, now: Self.day))
      knowledge.note(replica, in: 1, now: Self.day)
      knowledge.noteEqual(Self.a, replica)
    }
    #expect(!knowledge.isSettled(VersionVector(Self.a, 10), made: 0, now: Self.day))
    knowledge.note(Self.a, in: 10, now: 700 * Self.day)
    #expect(
      knowledge.isSettled(VersionVector(Self.a, 10), made: 0, now: 740 * Self.day))
  }

  @Test func `merging knows what either knew, and no later time than now`() {
    var other = Knowledge()
    other.note(Self.c, in: 35, now: 9 * Self.day)
    var knowledge = Self.knowledge()
    knowledge.merge(other, now: 2 * Self.day)
    #expect(knowledge.members[Self.c]?.epoch == 35)
    #expect(knowledge.members[Self.c]?.heard == 2 * Self.day)
    #expect(knowledge.members[Self.a]?.seen[Self.b] == 20)
    var later = Knowledge()
    later.note(Self.a, in: 10, now: 9 * Self.day)
    let heard = knowledge.members[Self.a]?.heard
    knowledge.merge(later, now: 9 * Self.day, own: Self.a)
    #expect(knowledge.members[Self.a]?.heard == heard)
  }

  @Test func `nobody is given up for one run with a clock that is far ahead`() {
    var knowledge = Self.knowledge()
    let ahead = 10_000 * Self.day
    // One that is not known yet has nobody to give up.
    #expect(knowledge.credibleTime(of: ReplicaID(rawValue: 9), now: ahead) == ahead)
    for run in 1...30 {
      let time = knowledge.credibleTime(of: Self.a, now: ahead)
      knowledge.note(Self.a, in: 11, now: time)
      knowledge.note(Self.b, in: 21, now: ahead)
      knowledge.expire(keeping: Self.a, now: time)
      #expect((knowledge.members[Self.c] == nil) == (run > 24), "\(run)")
    }
    #expect(knowledge.credibleTime(of: Self.a, now: 3 * Self.day) == 3 * Self.day)
  }

  @Test func `a replica that is not heard of for two years is given up`() {
    var knowledge = Self.knowledge()
    knowledge.note(Self.a, in: 11, now: 740 * Self.day)
    knowledge.note(Self.b, in: 21, now: 740 * Self.day)
    knowledge.noteEqual(Self.a, Self.b)
    knowledge.expire(keeping: Self.a, now: 740 * Self.day)
    #expect(knowledge.members[Self.c] == nil)
    #expect(
      knowledge.isSettled(VersionVector(Self.b, 21), made: 0, now: 740 * Self.day))
    // It has not seen what the others have agreed on since, and is told so.
    var returned = Knowledge()
    returned.note(Self.b, in: 20, now: Self.day)
    returned.note(Self.c, in: 30, now: Self.day)
    returned.noteEqual(Self.b, Self.c)
    #expect(returned.isOutdated(Self.c, by: knowledge))
  }

  @Test func `of too many replicas the one heard of longest ago is forgotten, but never oneself`()
    throws
  {
    let own = ReplicaID(rawValue: 1000)
    var knowledge = Knowledge()
    knowledge.note(own, in: 9, now: 0)
    for number in 0..<UInt64(300) {
      let replica = ReplicaID(rawValue: number)
      knowledge.note(replica, in: 5, now: Self.day + Int64(number), keeping: own)
      knowledge.noteEqual(own, replica)
    }
    knowledge.inherit(from: own, by: ReplicaID(rawValue: 1001))
    #expect(knowledge.members.count == Knowledge.maximumCount)
    #expect(knowledge.members[own] != nil)
    #expect(knowledge.members[ReplicaID(rawValue: 299)] != nil)
    #expect(knowledge.members[ReplicaID(rawValue: 0)] == nil)
    var bytes: [UInt8] = []
    knowledge.encode(to: &bytes)
    var reader = ByteReader(bytes)
    #expect(throws: Never.self) { try Knowledge(from: &reader) }
  }

  @Test func `tombstones that have gone are believed up to an epoch that was heard of`() throws {
    var member = Knowledge.Member()
    (member.epoch, member.expired) = (20, .max)
    let forged = try Knowledge(members: [Self.b: member])
    var knowledge = Self.knowledge()
    #expect(!knowledge.isOutdated(Self.a, by: forged))
    #expect(knowledge.isOutdated(Self.c, by: forged))
    knowledge.merge(forged, now: Self.day)
    #expect(knowledge.members[Self.b]?.expired == 20)
    knowledge.forgetExpired()
    #expect(!Self.knowledge().isOutdated(Self.c, by: knowledge))
  }

  @Test(
    arguments: [
      ([2, 7, 10], false), ([2, 7], true), ([2, 7, 9], true), ([2, 7, 12], true),
      ([12, 15], false), ([2, 7, 15], true),
      ([], true),
    ] as [([UInt64], Bool)])
  func `a replica that was set back is told so`(epochs: [UInt64], isSetBack: Bool) {
    #expect(Self.knowledge().tellsOfAnotherCourse(of: Self.a, than: epochs) == isSetBack)
  }

  @Test func `nobody has heard of a new replica`() {
    let replica = ReplicaID(rawValue: 9)
    #expect(!Self.knowledge().tellsOfAnotherCourse(of: replica, than: []))
    #expect(!Self.knowledge().isOutdated(replica, by: Self.knowledge()))
  }

  @Test func `a table is read as it was written`() throws {
    let knowledge = Self.knowledge()
    var bytes: [UInt8] = []
    knowledge.encode(to: &bytes)
    var reader = ByteReader(bytes)
    #expect(try Knowledge(from: &reader) == knowledge)
    for count in bytes.indices {
      #expect(throws: Malformed.self) {
        var reader = ByteReader(Array(bytes[..<count]))
        _ = try Knowledge(from: &reader)
      }
    }
  }

  @Test func `more replicas than are told apart are refused`() {
    var bytes: [UInt8] = []
    bytes.append(count: Knowledge.maximumCount + 1)
    #expect(throws: Malformed.count) {
      var reader = ByteReader(bytes)
      _ = try Knowledge(from: &reader)
    }
  }
}
