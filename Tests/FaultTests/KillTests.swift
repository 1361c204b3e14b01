import FileSystem
import TestSupport
import Testing

/// F1 and F23: either end killed at a call that changes something.
@Suite(.enabled(if: Trace.isAvailable, "strace is needed"))
struct KillTests {
  private static let calls = [
    "rename,renameat,renameat2", "unlink,unlinkat,rmdir", "mkdir,mkdirat", "symlinkat", "linkat",
    "fsync,fdatasync", "syncfs", "pwrite64", "ftruncate", "fchmod,fchmodat,?fchmodat2", "utimensat",
    "write",
  ]

  /// At which of the calls of a kind the program is killed.
  private static let counts = sweepsAll ? Array(1...80) : [1, 2, 4, 5]

  /// Whether the tests' file system is one whose times prove something.
  private static let keepsTimes =
    (try? TemporaryDirectory().root().notesNameChanges()) ?? false

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

  @Test(.enabled(if: keepsTimes, "needs a file system that keeps its times"))
  func `what a user puts back after a killed run has taken it away stays`() throws {
    var foundCount = 0
    for count in 1...4 {
      let directory = try TemporaryDirectory()
      let (a, b) = (directory.appending("a"), directory.appending("b"))
      let shell = { (command: String) in try requireSuccess("sh", "-ec", command, in: directory) }
      try shell("mkdir a b; echo gone >a/gone; echo old >a/edited; echo kept >a/kept")
      for _ in 0..<2 {
        #expect(try ProgramRun(Binary.treemend, "sync", a, b).ending == .exited(0))
        // What has just been written has no stamp that proves anything.
        try shell("sleep 0.1")
      }
      try shell("cp -a b saved; rm a/gone; echo newer >a/edited")
      let words = Trace.killing(at: count, of: "syncfs") + [Binary.treemend, "sync", a, b]
      _ = try ProgramRun(words[0], Array(words.dropFirst()))
      guard try ProgramRun("sh", "-c", "test ! -e \(b)/gone").ending == .exited(0) else { continue }
      foundCount += 1
      // The first may get the number of the inode that the other had.
      let putBack = ["cp -p saved/gone b/gone", "cp -p saved/edited b/new; mv b/new b/edited"]
      for command in count % 2 == 0 ? putBack : putBack.reversed() { try shell(command) }
      let run = try ProgramRun(Binary.treemend, "sync", "--wait=10", a, b)
      #expect(run.ending == .exited(0), "\(count): \(run)")
      let kept = try ProgramRun("sh", "-c", "cat \(a)/*; echo; cat \(b)/*").text
      for content in ["gone", "old"] {
        #expect(kept.split(separator: "\n").count { $0 == content } == 2, "\(count): \(kept)")
      }
    }
    #expect(foundCount > 0)
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

  @Test(.enabled(if: OrdinaryUser.isAvailable, "needs a user whom permission bits hold"))
  func `a run killed while it works in a read-only directory is mended by the next`() throws {
    let calls = "fchmod,fchmodat,?fchmodat2,renameat,renameat2,unlinkat,syncfs,fsync,fdatasync"
    var foundCount = 0
    for count in sweepsAll ? Array(1...40) : Array(13...22) {
      let directory = try TemporaryDirectory()
      let roots = ["a", "b"].map(directory.appending)
      let run = { (prefix: [String], options: [String]) in
        try OrdinaryUser.take(directory)
        let words = prefix + OrdinaryUser.prefix + [Binary.treemend, "sync"] + options + roots
        return try ProgramRun(words[0], Array(words.dropFirst()), timeLimitSeconds: 60)
      }
      try requireSuccess(
        "sh", "-ec",
        """
        chmod 755 .; mkdir -p a/ro/ro a/doomed b
        for f in ro/f ro/gone ro/ro/f doomed/f; do echo x >a/$f; done
        chmod 555 a/ro/ro a/ro a/doomed
        """, in: directory)
      #expect(try run([], []).ending == .exited(0))
      try requireSuccess(
        "sh", "-ec",
        """
        cd a; chmod -R u+w .; echo longer >ro/f; rm ro/gone; echo new >ro/ro/new; rm -r doomed
        chmod 555 ro/ro ro
        """, in: directory)
      let killed = try run(Trace.killing(at: count, of: calls), [])
      let modes = {
        try ProgramRun("stat", ["-c%a"] + roots.flatMap { ["\($0)/ro", "\($0)/ro/ro"] }).text
      }
      try Trace.requireRun(killed)
      if killed.ending != .exited(0), try modes().contains("755") { foundCount += 1 }
      let mended = try run([], ["--conflict=fail", "--wait=10"])
      #expect(mended.ending == .exited(0), "\(count): \(mended)")
      #expect(try modes() == "555\n555\n555\n555\n", "\(count)")
      let differences = try TreeSnapshot(roots[0]).differences(from: TreeSnapshot(roots[1]))
      #expect(differences == [], "\(count)")
      #expect(try TreeSnapshot(roots[0]).items.count == 5, "\(count)")
    }
    #expect(foundCount > 0)
  }
}
