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

  @Test func `the mode that a directory has while a run works in it is nobody's change`() throws {
    var foundCount = 0
    for count in 1...4 {
      let directory = try TemporaryDirectory()
      let roots = ["a", "b"].map(directory.appending)
      try requireSuccess(
        "sh", "-ec", "mkdir -p a/ro b; echo x >a/ro/f; chmod 555 a/ro", in: directory)
      let words = Trace.killing(at: count, of: "syncfs") + [Binary.treemend, "sync"] + roots
      _ = try ProgramRun(words[0], Array(words.dropFirst()))
      let modes = {
        try ProgramRun("stat", ["-c%a"] + roots.map { "\($0)/ro" }).text.split(separator: "\n")
      }
      foundCount += try modes().contains("755") ? 1 : 0
      let run = try ProgramRun(
        Binary.treemend, ["sync", "--wait=10", "--conflict=fail"] + roots.reversed())
      #expect(run.ending == .exited(0), "\(count): \(run)")
      #expect(try modes() == ["555", "555"], "\(count)")
      try requireSuccess("chmod", "-R", "u+w", roots[0], roots[1])
    }
    #expect(foundCount > 0)
  }
}
