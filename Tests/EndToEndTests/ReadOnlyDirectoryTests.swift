import TestSupport
import Testing

/// Changes in directories that their owner may not write, made by their owner.
@Suite(.enabled(if: OrdinaryUser.isAvailable, "needs a user whom permission bits hold"))
struct ReadOnlyDirectoryTests {
  private let replicas: Replicas

  init() throws {
    replicas = try Replicas()
    try replicas.change(
      """
      chmod 755 .
      cd source; mkdir -p ro/deep doomed/sub kind opens closes tighter plain
      for f in ro/f ro/gone ro/moved ro/deep/x doomed/a doomed/sub/b kind/c opens/d closes/e tighter/g
      do echo $f >$f; done
      chmod 555 ro/deep ro doomed/sub doomed kind opens tighter
      """)
    try OrdinaryUser.take(replicas.directory)
  }

  private func run(_ words: [String]) throws -> ProgramRun {
    let words = OrdinaryUser.prefix + [Binary.treemend] + words
    return try ProgramRun(words[0], Array(words.dropFirst()))
  }

  /// Changes what is in all of the source's read-only directories, and some of these themselves.
  private func changeSource() throws {
    try replicas.change(
      """
      cd source; chmod -R u+w .
      echo longer >ro/f; rm ro/gone; mv ro/moved ro/deep/moved; echo new >ro/new; mkdir ro/dir
      echo new >ro/dir/y; echo longer >ro/deep/x; rm -r doomed kind; echo file >kind
      echo longer >opens/d; echo longer >closes/e; echo longer >tighter/g
      chmod 555 ro/deep ro/dir ro closes; chmod 500 tighter
      """)
    try OrdinaryUser.take(replicas.directory)
  }

  /// Makes them once, and expects that nothing is left to be done then.
  private func expectMade(
    by words: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let run = try run(words + ["-i"])
    #expect(run.ending == .exited(0), "\(run)", sourceLocation: sourceLocation)
    #expect(!run.text.isEmpty, sourceLocation: sourceLocation)
    try expectEqual(replicas, sourceLocation: sourceLocation)
    let again = try self.run(words + ["-i"])
    #expect(
      again.ending == .exited(0) && again.text.isEmpty, "\(again)", sourceLocation: sourceLocation)
    try expectEqual(replicas, sourceLocation: sourceLocation)
  }

  @Test(arguments: [Replicas.Route.local, .push(), .pull()])
  func `a copy changes what is in them`(route: Replicas.Route) throws {
    let words = try ["--delete", "--force"] + replicas.words(for: route)
    try expectMade(by: words)
    try changeSource()
    try expectMade(by: words)
  }

  @Test func `both replicas take changes in them`() throws {
    let words = ["sync", replicas.destination, replicas.source]
    try expectMade(by: words)
    try changeSource()
    try replicas.change("chmod u+w destination/ro/deep; echo theirs >destination/ro/deep/theirs")
    try replicas.change("chmod u-w destination/ro/deep")
    try OrdinaryUser.take(replicas.directory)
    try expectMade(by: words)
  }

  @Test func `one that has got another mode is changed, and gets its own back`() throws {
    let words = ["--delete", "--force", replicas.source, replicas.destination]
    try expectMade(by: words)
    try changeSource()
    try replicas.change("chmod 511 destination/ro; chmod 500 destination/doomed")
    try OrdinaryUser.take(replicas.directory)
    try expectMade(by: words)
  }

  private func modes(_ paths: String...) throws -> String {
    try ProgramRun("stat", ["-c%a"] + paths.map(replicas.directory.appending)).text
  }

  /// Runs a shell command as the owner of both.
  private func change(_ command: String) throws {
    let words = OrdinaryUser.prefix + ["sh", "-ec", command]
    try requireSuccess(words[0], Array(words.dropFirst()), in: replicas.directory)
  }

  @Test func `one that a run has removed says nothing of another of its name`() throws {
    let words = ["sync", replicas.source, replicas.destination]
    try expectMade(by: words)
    try change("chmod -R u+w source/doomed; rm -r source/doomed")
    try expectMade(by: words)
    try change(
      "mkdir destination/doomed; chmod 755 destination/doomed; echo x >destination/doomed/x")
    try expectMade(by: words)
    #expect(try modes("source/doomed", "destination/doomed") == "755\n755\n")
  }

  @Test func `one that becomes writable after it has been worked in stays so`() throws {
    let words = ["sync", replicas.source, replicas.destination]
    try change(
      "mkdir source/m source/zz; echo x >source/zz/x; echo y >source/zz/y; chmod 555 source/zz")
    try expectMade(by: words)
    // So many that the move and the mode are not made together.
    try change(
      """
      chmod 755 source/zz; mv source/zz/x source/aa
      for n in $(seq 4200); do echo >source/m/$n; done
      """)
    try expectMade(by: words)
    #expect(try modes("source/zz", "destination/zz") == "755\n755\n")
  }

  @Test func `what of its mode does not travel stays`() throws {
    let words = ["--delete", "--force", replicas.source, replicas.destination]
    try expectMade(by: words)
    try change("chmod 2555 destination/ro; chmod 2755 destination/closes")
    try changeSource()
    try expectMade(by: words)
    #expect(try modes("destination/ro", "destination/closes") == "2555\n2555\n")
  }

  @Test(.enabled(if: Trace.isAvailable, "strace is needed"))
  func `a mode that its owner gives it meanwhile stays`() throws {
    let words = ["sync", replicas.source, replicas.destination]
    try expectMade(by: words)
    try change("chmod u+w source/ro; echo longer >source/ro/f; chmod u-w source/ro")
    let slowly =
      ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=syncfs"]
      + ["-e", "inject=syncfs:delay_enter=500000"] + OrdinaryUser.prefix + [Binary.treemend] + words
    let run = try RunningProgram(slowly[0], Array(slowly.dropFirst()))
    try change(
      """
      for n in $(seq 300); do
        if [ $(stat -c%a destination/ro) = 755 ]; then chmod 700 destination/ro; exit; fi
        sleep 0.02
      done
      exit 1
      """)
    let ended = try run.wait(timeLimitSeconds: 60)
    #expect(ended.ending == .exited(0), "\(ended)")
    #expect(try modes("destination/ro") == "700\n")
    _ = try self.run(words)
    #expect(try modes("source/ro", "destination/ro") == "700\n700\n")
  }

  @Test(.enabled(if: Trace.isAvailable, "strace is needed"))
  func `a run killed while it mends a killed one loses nothing that is remembered`() throws {
    let words = ["sync", replicas.source, replicas.destination]
    for count in 1...6 {
      try expectMade(by: words)
      try change("chmod u+w source/ro; echo \(count) >source/ro/n\(count); chmod u-w source/ro")
      let killed = { (count: Int, calls: String) in
        let prefix = Trace.killing(at: count, of: calls) + OrdinaryUser.prefix + [Binary.treemend]
        try Trace.requireRun(ProgramRun(prefix[0], Array(prefix.dropFirst()) + words))
      }
      try killed(3, "renameat,renameat2")
      try change("rm destination/closes/e; echo x >destination/closes/x\(count)")
      try killed(count, "syncfs,fdatasync,fsync")
      let mended = try run(words + ["--wait=10"])
      #expect(mended.ending == .exited(0), "\(mended)")
      try replicas.change("[ ! -e source/closes/e ] && [ ! -e destination/closes/e ]")
      try replicas.change("! ls source/.treemend destination/.treemend | grep corrupt")
      #expect(try modes("source/ro", "destination/ro") == "555\n555\n")
      try change("echo e >source/closes/e")
    }
  }

  @Test(.enabled(if: Trace.isAvailable, "strace is needed"))
  func `an index that had no room is whole when modes are given back`() throws {
    let words = [replicas.source, replicas.destination]
    try expectMade(by: words)
    try change(
      """
      chmod u+w source/ro; echo new >source/ro/one; chmod u-w source/ro; mkdir source/m
      for n in $(seq 400); do echo $n >source/m/$n; done
      """)
    let index = "\(replicas.destination)/.treemend/index"
    var failedCount = 0
    for count in stride(from: 20, through: 160, by: 10) {
      let inject = "inject=pwrite64:error=ENOSPC:when=\(count)"
      let prefix =
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64", "-e", inject]
        + ["-P", index, "-P", index + "-journal"] + OrdinaryUser.prefix + [Binary.treemend]
      let failed = try ProgramRun(prefix[0], Array(prefix.dropFirst()) + words)
      try Trace.requireRun(failed)
      if failed.ending != .exited(0) { failedCount += 1 }
      let mended = try run(words)
      #expect(mended.ending == .exited(0), "\(count): \(failed)\n\(mended)")
      try replicas.change("! ls destination/.treemend | grep corrupt")
      #expect(try modes("destination/ro") == "555\n", "\(count)")
      try change(
        "chmod u+w source/ro; echo \(count) >source/ro/one; chmod u-w source/ro; touch source/m/*")
    }
    #expect(failedCount > 0)
  }
}
