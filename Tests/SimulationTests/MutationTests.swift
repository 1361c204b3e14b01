import Simulation
import Testing

/// The checker, checked: every bug that is put in on purpose is caught.
@Suite struct MutationTests {
  /// Bugs that few histories meet, each with one that does.
  private static let rare: [Mutation: History] = [
    .missesRollback: History(
      replicaCount: 2,
      [
        .write(replica: 0, path: 0, size: 1),
        .sync(replica: 0, with: 1, direction: 0, fault: .none),
        .snapshot(replica: 0),
        .write(replica: 0, path: 0, size: 1),
        .sync(replica: 0, with: 1, direction: 0, fault: .none),
        .write(replica: 0, path: 0, size: 1),
        .sync(replica: 0, with: 1, direction: 0, fault: .none),
        .setBack(replica: 0, withTree: true),
        .write(replica: 0, path: 0, size: 1),
      ]),
    .forgetsIntent: History(
      replicaCount: 3,
      [
        .write(replica: 0, path: 0, size: 1),
        .sync(replica: 0, with: 2, direction: 0, fault: .crash(1)),
        .remove(replica: 0, path: 0),
      ]),
    .recordsFailures: History(
      replicaCount: 2,
      [
        .jump(replica: 0, seconds: 5), .write(replica: 0, path: 0, size: 1),
        .write(replica: 1, path: 0, size: 1),
        .sync(replica: 0, with: 1, direction: 0, fault: .fail(1)),
      ]),
  ]

  @Test(arguments: Mutation.allCases.filter { rare[$0] == nil })
  func `a bug is caught among the first histories`(mutation: Mutation) {
    #expect(
      (1...UInt64(4000)).contains { seed in
        (try? World.check(History(seed: seed), mutation: mutation)) == nil
      })
  }

  @Test(arguments: Mutation.allCases.filter { rare[$0] != nil })
  func `a rare bug is caught`(mutation: Mutation) throws {
    let history = try #require(Self.rare[mutation])
    try World.check(history)
    #expect(throws: Violation.self) { try World.check(history, mutation: mutation) }
  }

  @Test func `there are bugs enough`() {
    #expect(Mutation.allCases.count >= 15)
  }
}
