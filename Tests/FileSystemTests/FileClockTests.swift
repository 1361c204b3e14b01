import Glibc
import Replica
import TestSupport
import Testing

@testable import FileSystem

@Suite struct FileClockTests {
  @Test(
    arguments: [
      (0, 10_000_000), (21, 10_000_000), (321, 10_000_000), (654_321, 10_000_000),
      (7_654_321, 10_000_000), (987_654_321, 1_000_000_000), (1_987_654_321, 2_000_000_000),
      (12_345_678_900, .max),
    ] as [(UInt64, Int64)])
  func `what a stamp loses tells how fine it is`(lost: UInt64, granularity: Int64) {
    #expect(FileClock.granularity(losing: lost) == granularity)
  }

  @Test(
    arguments: [
      (100, 100, true), (89, 89, false), (90, 89, false), (89, 90, true), (95, 1, false),
      (1, 95, true), (1_000, 1, false), (.min, .min, false), (.max, .max, true),
    ] as [(Int64, Int64, Bool)])
  func `a status is racy unless its change is older than a stamp`(
    modified: Int64, changed: Int64, isRacy: Bool
  ) {
    let clock = FileClock(now: 100, granularity: 10)
    let status = Status(kind: .file, modified: modified, changed: changed)
    #expect(clock.isRacy(status) == isRacy)
  }

  @Test func `with a clock at the beginning of time everything is racy`() {
    let clock = FileClock(now: .min, granularity: 10)
    #expect(clock.isRacy(Status(kind: .file, modified: .min, changed: .min)))
  }

  @Test func `a file of this moment is racy, one of old is not`() throws {
    let temporary = try TemporaryDirectory()
    try expectRacyNow(in: temporary, granularity: 10_000_000)
  }

  @Test(.enabled(if: Mount.isAllowed, "needs root to mount a tmpfs"))
  func `a tmpfs stamps finely`() throws {
    let mount = try Mount(tmpfsOfByteCount: 1_048_576)
    try expectRacyNow(in: mount.directory, granularity: 10_000_000)
  }

  @Test(.enabled(if: Mount.canLoop, "needs root and a loop device to mount an image"))
  func `an ext4 with small inodes stamps by the second`() throws {
    let mount = try Mount(ext4With: ["-I", "128"])
    try expectRacyNow(in: mount.directory, granularity: 1_000_000_000)
  }

  @Test func `what a probe that was killed has left goes with the next`() throws {
    let temporary = try TemporaryDirectory()
    let directory = try temporary.root().top()
    try directory.write("", to: "clock".utf8)
    _ = try FileClock(probing: directory)
    #expect(try directory.names() == [])
  }

  private func expectRacyNow(in place: TemporaryDirectory, granularity: Int64) throws {
    let directory = try place.root().top()
    let before = try directory.names()
    let clock = try FileClock(probing: directory)
    #expect(try directory.names() == before)
    #expect(clock.granularity == granularity)
    try directory.write("text", to: "file".utf8)
    let status = try directory.status(of: "file".utf8)
    let after = try FileClock(probing: directory)
    #expect(clock.now <= status.changed && status.changed <= after.now)
    let later = FileClock(now: status.changed + granularity + 1, granularity: granularity)
    #expect(clock.isRacy(status))
    #expect(FileClock(now: status.changed, granularity: granularity).isRacy(status))
    #expect(!later.isRacy(status))
  }
}
