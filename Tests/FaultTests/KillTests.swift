import TestSupport
import Testing

/// F1 and F23: either end killed at a call that changes something.
@Suite(.enabled(if: Trace.isAvailable, "strace is needed"))
struct KillTests {
  private static let calls = [
    "rename,renameat,renameat2", "unlink,unlinkat,rmdir", "mkdir,mkdirat", "symlinkat", "linkat",
    "fsync,fdatasync", "syncfs", "pwrite64", "ftruncate", "fchmod,fchmodat,fchmodat2", "utimensat",
    "write",
  ]

  /// At which of the calls of a kind the program is killed.
  private static let counts = sweepsAll ? Array(1...80) : [1, 2, 4, 5]

  @Test(arguments: calls)
  func `a run killed at any change is mended by the next`(call: String) throws {
    var killedCount = 0
    for count in Self.counts {
      let pair = try FaultyPair()
      let run = try pair.run(
        "sync", pair.a, pair.b, under: Trace.killing(at: count, of: call))
      // The far end may be the one that was killed; the near end then says so.
      if run.ending == .exited(0) { break }
      killedCount += 1
      #expect(run.ending != .timedOut, "\(call) \(count)")
      try pair.expectRepair("\(call) \(count)")
    }
    #expect(killedCount > 0 || ["linkat", "symlinkat", "mkdir,mkdirat"].contains(call))
  }
}
