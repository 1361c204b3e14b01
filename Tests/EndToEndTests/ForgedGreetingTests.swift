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
}
