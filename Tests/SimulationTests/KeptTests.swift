import Simulation
import Testing

/// Histories that once failed, by what was wrong then.
@Suite struct KeptTests {
  @Test func `two losers of one replica within a second take two names`() throws {
    try World.check(
      History(
        replicaCount: 2,
        [
          .write(replica: 0, path: 0, size: 0), .write(replica: 1, path: 0, size: 2),
          .sync(replica: 1, with: 0, direction: 0, fault: .none),
          .write(replica: 1, path: 0, size: 0), .changeMode(replica: 0, path: 0),
        ]))
  }

  @Test func `what a killed run brought is not new, and does not outlive its deletion`() throws {
    try World.check(
      History(
        replicaCount: 5, granularity: 1_000_000_000,
        [
          .write(replica: 3, path: 0, size: 1),
          .sync(replica: 3, with: 4, direction: 0, fault: .none), .remove(replica: 4, path: 0),
          .sync(replica: 2, with: 3, direction: 0, fault: .crash(6)),
          .sync(replica: 1, with: 2, direction: 0, fault: .crash(1)),
        ]))
  }

  @Test func `nor if it could not be read at the next scan`() throws {
    try World.check(
      History(
        replicaCount: 3, granularity: 1_000_000_000,
        [
          .writeSame(replica: 0, other: 1, path: 0), .write(replica: 0, path: 0, size: 0),
          .writeSame(replica: 0, other: 1, path: 1),
          .sync(replica: 0, with: 1, direction: 0, fault: .none),
          .sync(replica: 0, with: 2, direction: 0, fault: .crash(3)),
          .remove(replica: 1, path: 1), .toggleReadable(replica: 2, path: 1),
          .sync(replica: 1, with: 2, direction: 0, fault: .cut(1)),
        ]))
  }

  @Test func `a version that two made alike is not older than what one of them did next`() throws {
    try World.check(
      History(
        replicaCount: 5, granularity: 1_000_000_000,
        [
          .writeSame(replica: 0, other: 4, path: 1),
          .sync(replica: 4, with: 1, direction: 0, fault: .none),
          .write(replica: 4, path: 1, size: 1),
          .sync(replica: 0, with: 3, direction: 0, fault: .none),
        ]))
  }

  @Test func `a version that two made alike is gone when one who has seen both deletes it`() throws
  {
    try World.check(
      History(
        replicaCount: 5,
        [
          .writeSame(replica: 1, other: 4, path: 0),
          .sync(replica: 4, with: 1, direction: 2, fault: .none),
          .sync(replica: 0, with: 4, direction: 0, fault: .cut(5)), .link(replica: 3, path: 0),
          .remove(replica: 4, path: 0),
        ]))
  }

  @Test func `a peer remembers how far a replica was even if they did not come to agree`() throws {
    try World.check(
      History(
        replicaCount: 2,
        [
          .write(replica: 0, path: 0, size: 2), .snapshot(replica: 1),
          .write(replica: 1, path: 0, size: 2),
          .sync(replica: 0, with: 1, direction: 2, fault: .none),
          .setBack(replica: 1, withTree: false), .write(replica: 1, path: 0, size: 1),
        ]))
  }

  @Test func `a replica that was set back makes no change twice`() throws {
    try World.check(
      History(
        replicaCount: 3, granularity: 2_000_000_000,
        [
          .writeSame(replica: 0, other: 1, path: 1),
          .sync(replica: 0, with: 1, direction: 0, fault: .none), .snapshot(replica: 0),
          .rename(replica: 0, path: 1, to: 0),
          .sync(replica: 1, with: 0, direction: 0, fault: .crash(6)),
          .setBack(replica: 0, withTree: false),
          .sync(replica: 0, with: 2, direction: 0, fault: .none),
        ]))
  }

  @Test(arguments: 1...4)
  func `nor if it was looked at before it met anybody`(lookCount: Int) throws {
    let sync = Operation.sync(replica: 0, with: 1, direction: 0, fault: .none)
    try World.check(
      History(
        replicaCount: 2,
        [
          .write(replica: 0, path: 0, size: 1), sync, .snapshot(replica: 0),
          .write(replica: 0, path: 0, size: 1), sync, .setBack(replica: 0, withTree: false),
          .write(replica: 0, path: 0, size: 1),
        ] + Array(repeating: .look(replica: 0), count: lookCount)))
  }

  @Test func `what was done and undone before anybody looked was not done`() throws {
    try World.check(
      History(
        replicaCount: 4, granularity: 1_000_000_000,
        [
          .writeSame(replica: 2, other: 1, path: 1),
          .sync(replica: 3, with: 2, direction: 0, fault: .none),
          .writeSame(replica: 2, other: 0, path: 1), .rename(replica: 3, path: 1, to: 0),
          .rename(replica: 3, path: 0, to: 1),
        ]))
  }
}
