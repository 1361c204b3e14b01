import Replica
import TestSupport
import Testing
import Wire

/// What a peer says of all replicas before a run.
@Suite struct ForgedGreetingTests {
  private let cage: Cage

  init() throws {
    cage = try Cage()
    // There is something to be forgotten.
    try requireSuccess(Binary.treemend, "status", cage.root)
  }

  /// The replica in the cage, which says nothing of its own if its state was lost.
  private func identity() throws -> Substring {
    let status = try ProgramRun(Binary.treemend, "status", "--json", cage.root).text
    return try #require(status.firstMatch(of: /"replica":"([0-9a-f]{16})"/)?.1)
  }

  private func knowledge(_ member: (inout Knowledge.Member) -> Void, count: Int = 1) throws
    -> Knowledge
  {
    var members: [ReplicaID: Knowledge.Member] = [:]
    for number in 1...UInt64(count) {
      var forged = Knowledge.Member()
      member(&forged)
      members[ReplicaID(rawValue: number)] = forged
    }
    return try Knowledge(members: members)
  }

  @Test(arguments: [Open.Role.source, .destination, .both])
  func `a peer that has heard of as many replicas as may be does not fill the table`(
    role: Open.Role
  ) throws {
    let before = try identity()
    let told = try knowledge({ ($0.epoch, $0.heard) = (1, .max) }, count: Knowledge.maximumCount)
    let run = try ForgedPeer.served(
      Forgery.greeting + Forgery.open(cage.root, as: role, knowledge: told)
        + Finish.run.frame.encoded(deflating: false))
    #expect(run.ending == .exited(0), "\(run)")
    #expect(try identity() == before)
  }

  private static func expire(_ member: inout Knowledge.Member) {
    (member.epoch, member.expired) = (10, 9)
  }

  @Test(arguments: [Open.Role.compared, .source])
  func `a peer that may not write has nothing forgotten`(role: Open.Role) throws {
    let before = try identity()
    let told = try knowledge(Self.expire)
    let run = try ForgedPeer.served(
      Forgery.greeting + Forgery.open(cage.root, as: role, knowledge: told))
    #expect(run.ending == .exited(0), "\(run)")
    #expect(try identity() == before)
  }

  @Test func `a peer that is only compared with changes nobody's identity`() throws {
    let before = try identity()
    var member = Knowledge.Member()
    member.epoch = 1 << 62
    let replica = ReplicaID(rawValue: try #require(UInt64(before, radix: 16)))
    let run = try ForgedPeer.served(
      Forgery.greeting
        + Forgery.open(cage.root, as: .compared, knowledge: Knowledge(members: [replica: member])))
    #expect(run.ending == .exited(0), "\(run)")
    #expect(try identity() == before)
  }

  @Test func `a destination has its source forget nothing`() throws {
    let before = try identity()
    let said =
      Forgery.arrival(of: [], knowledge: try knowledge(Self.expire))
      + [Forgery.finished, Forgery.finished]
    let peer = try ForgedPeer(
      saying: Forgery.greeting + said.flatMap { $0.encoded(deflating: false) }, stays: true)
    _ = try ProgramRun(
      Binary.treemend, ["-e", peer.path, cage.root, "host:/nowhere"], timeLimitSeconds: 30)
    #expect(try identity() == before)
  }

  @Test func `a peer that says of everybody that they have been set back is refused`() throws {
    var member = Knowledge.Member()
    member.epoch = 1 << 62
    let mark = ReplicaID(rawValue: 0x0807_0605_0403_0201)
    let said =
      Forgery.greeting
      + Introduction(
        replica: Forgery.replica, place: 0, epoch: 0, nextEpoch: 2, clock: .max,
        knowledge: try Knowledge(members: [mark: member])
      ).frame.encoded(deflating: false)
    let place = try #require(said.firstRange(of: [1, 2, 3, 4, 5, 6, 7, 8]))
    // The replica is behind the greeting, the order's header, six bytes, the path and an empty string.
    let order = try Forgery.open("/nowhere")
    let offset = try #require(order.firstRange(of: Array("/nowhere".utf8))).upperBound + 1
    let hello = Hello(program: "0.1.0").frame.encoded(deflating: false)
    let peer = try ForgedPeer(
      saying: Array(said[..<place.lowerBound]), echoing: 8,
      from: Magic.bytes.count + hello.count + offset, then: Array(said[place.upperBound...]))
    let run = try ProgramRun(
      Binary.treemend, ["-e", peer.path, cage.root, "host:/nowhere"], timeLimitSeconds: 20)
    #expect(run.ending == .exited(12), "\(run)")
    #expect(run.errorText.contains("broke the protocol"), "\(run)")
  }
}
