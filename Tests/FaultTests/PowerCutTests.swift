import TestSupport
import Testing

/// F2: the power of one replica is cut, and the next run mends it and leaves the other as it is.
@Suite(.serialized, .enabled(if: LoopDisk.isAvailable, "needs root and a loop device"))
struct PowerCutTests {
  private let directory: TemporaryDirectory
  private let disk: LoopDisk
  private let good: String

  init() throws {
    directory = try TemporaryDirectory()
    disk = try LoopDisk(in: directory)
    good = directory.appending("good")
    try makeDirectory(Array(good.utf8))
    try makeDirectory(Array("\(disk.path)/replica".utf8))
  }

  private var crashed: String { "\(disk.path)/replica" }

  private func sync(
    _ a: String, _ b: String, under prefix: [String] = []
  ) throws -> ProgramRun {
    let words = prefix + [Binary.treemend, "sync", a, b]
    return try ProgramRun(words[0], Array(words.dropFirst()), timeLimitSeconds: 60)
  }

  /// A hundred files of some kilobytes.
  private func fill(_ root: String) throws {
    try requireSuccess(
      "sh", "-ec",
      "for n in $(seq 100); do seq $n 2000 >\(root)/$n; done", in: directory)
  }

  private func digests(_ root: String) throws -> [String] {
    try ProgramRun("sh", "-c", "cd \(root) && sha256sum *").text.split(separator: "\n")
      .map(String.init)
  }

  private func expectMended(_ before: [String]) throws {
    let run = try sync(crashed, good)
    #expect(run.ending == .exited(0), "\(run)")
    #expect(before.count == 100)
    #expect(try digests(good) == before)
    #expect(try digests(crashed) == before)
  }

  @Test(arguments: PowerCut.allCases)
  func `a hundred files that were brought are there, or are brought again`(
    variant: PowerCut
  ) throws {
    try fill(good)
    let before = try digests(good)
    #expect(try sync(good, crashed).ending == .exited(0))
    try disk.cut(variant)
    try expectMended(before)
  }

  @Test(arguments: PowerCut.allCases)
  func `a hundred files that were taken are not emptied where they went`(
    variant: PowerCut
  ) throws {
    try fill(crashed)
    let before = try digests(crashed)
    #expect(try sync(crashed, good).ending == .exited(0))
    try disk.cut(variant)
    try expectMended(before)
  }

  @Test(arguments: ["sync", "status"])
  func `what was left to the system is durable before a state that vouches for it`(
    command: String
  ) throws {
    try fill(good)
    let before = try digests(good)
    let fast = try ProgramRun(Binary.treemend, "sync", "--no-fsync", good, crashed)
    #expect(fast.ending == .exited(0), "\(fast)")
    let next = command == "sync" ? [good, crashed] : [crashed]
    #expect(try ProgramRun(Binary.treemend, [command] + next).ending == .exited(0))
    try disk.cut(.dropsJournal)
    try expectMended(before)
  }

  @Test(.enabled(if: Trace.isAvailable, "strace is needed"), arguments: PowerCut.allCases)
  func `a cut in the middle of a run harms nothing`(variant: PowerCut) throws {
    let calls = ["renameat2", "syncfs", "fdatasync", "pwrite64"]
    for call in calls {
      for count in sweepsAll ? [1, 2, 3, 10, 40, 80] : [1, 30] {
        let run = try fillAndKill(call, at: count)
        guard run != .exited(0) else { continue }
        let before = try digests(good)
        try disk.cut(variant)
        try expectMended(before)
      }
    }
  }

  /// Has a run of new files end at a call; returns how.
  private func fillAndKill(_ call: String, at count: Int) throws -> ProgramRun.Ending {
    try requireSuccess(
      "sh", "-ec",
      "cd \(good); rm -f *; for n in $(seq 100); do seq \(count) 1500 >$n; echo \(call) >>$n; done",
      in: directory)
    return try sync(good, crashed, under: Trace.killing(at: count, of: call)).ending
  }
}
