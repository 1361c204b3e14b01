import Glibc
import TestSupport
import Testing

/// F11, F12 and F13: runs that stop, and users who go on working while one is under way.
@Suite struct RaceTests {
  private let directory: TemporaryDirectory
  private let a: String
  private let b: String

  init() throws {
    directory = try TemporaryDirectory()
    a = directory.appending("a")
    b = directory.appending("b")
    for root in [a, b] { try makeDirectory(Array(root.utf8)) }
  }

  private func shell(_ command: String) throws {
    try requireSuccess("sh", "-ec", command, in: directory)
  }

  private func contents(_ root: String) throws -> Set<String> {
    let run = try ProgramRun(
      "find", root, "-path", "*/.treemend", "-prune", "-o", "-type", "f", "-exec", "cat", "{}", "+")
    return Set(run.text.split(separator: "\n").map(String.init))
  }

  /// Syncs until nothing is left to do, and expects the ends to be equal.
  private func converge(sourceLocation: SourceLocation = #_sourceLocation) throws {
    for _ in 0..<2 {
      let run = try ProgramRun(Binary.treemend, "sync", a, b)
      #expect(run.ending == .exited(0), "\(run)", sourceLocation: sourceLocation)
    }
    let difference = try ProgramRun("diff", "-r", "-x", ".treemend", a, b)
    #expect(difference.ending == .exited(0), "\(difference)", sourceLocation: sourceLocation)
  }

  @Test(.enabled(if: Trace.isAvailable, "strace is needed"), arguments: [1, 2, 3, 4, 5, 6])
  func `an edit at either end during a run is not overwritten unseen`(tenths: UInt32) throws {
    try shell("for n in 1 2 3; do echo old$n >a/$n; done")
    try converge()
    try shell("for n in 1 2 3; do echo theirs$n >a/$n; done; echo more >b/more")
    // Every rename waits, so that the edits come before it and between scan and rename.
    let run = try RunningProgram(
      "strace",
      ["-f", "-qq", "-o", "/dev/null", "-e", "inject=rename,renameat,renameat2:delay_enter=200000"]
        + [Binary.treemend, "sync", a, b])
    usleep(tenths * 100_000)
    try shell("for n in 1 2 3; do echo mine$n >b/$n; done; echo less >a/more")
    let ending = try run.wait(timeLimitSeconds: 60).ending
    #expect([.exited(0), .exited(23)].contains(ending), "\(ending)")
    try converge()
    let left = try contents(a)
    // What was installed before the edit, the user has seen and replaced.
    #expect(left.isSuperset(of: ["mine1", "mine2", "mine3", "less"]), "\(left)")
    #expect(left.isDisjoint(with: ["old1", "old2", "old3"]), "\(left)")
  }

  @Test(.enabled(if: Trace.isAvailable, "strace is needed"))
  func `a directory made during a run keeps what is in it, and the next run joins both`() throws {
    try shell("mkdir a/d a/d/inner; echo theirs >a/d/inner/f; echo both >a/d/g")
    // The directory waits whole in the stage when the user makes one of its name.
    let run = try RunningProgram(
      "strace",
      ["-f", "-qq", "-o", "/dev/null", "-e", "inject=renameat2:delay_enter=1000000"]
        + [Binary.treemend, "sync", a, b])
    try shell(
      """
      for wait in $(seq 100); do ls b/.treemend/stage | grep -q . && break; sleep 0.02; done
      sleep 0.2; mkdir b/d; echo mine >b/d/f
      """)
    let ended = try run.wait(timeLimitSeconds: 60)
    #expect(ended.ending == .exited(23), "\(ended)")
    #expect(try contents(b) == ["mine"])
    try converge()
    #expect(try contents(a) == ["mine", "theirs", "both"])
    #expect(try ProgramRun("ls", "-A", "\(b)/.treemend/stage").text.isEmpty)
  }

  @Test(arguments: ["mv", "cp"])
  func `a file that is written all the time arrives as it once was`(command: String) throws {
    try shell("yes 0 | head -n 200000 >a/f; echo one >b/g")
    try converge()
    let writer = try RunningProgram(
      "sh",
      [
        "-c",
        """
        cd \(directory.path); n=0
        while :; do n=$((n + 1)); yes $n | head -n 200000 >next; \(command) next a/f; sleep 0.1; done
        """,
      ])
    var versions: Set<String> = []
    for _ in 0..<8 {
      let run = try ProgramRun(Binary.treemend, "sync", a, b)
      #expect([.exited(0), .exited(23)].contains(run.ending), "\(run)")
      guard command == "mv" else { continue }
      // Each version is whole at every moment, and so must what arrives be.
      let counts = try ProgramRun("uniq", "-c", "\(b)/f").text.split(separator: "\n")
      #expect(counts.count == 1 && counts[0].contains("200000"), "\(counts)")
      versions.insert(String(counts[0]))
    }
    writer.kill()
    _ = try writer.wait()
    #expect(command == "cp" || versions.count > 1)
    try converge()
    #expect(try ProgramRun("ls", b).text == "f\ng\n")
  }

  @Test func `a run that was stopped keeps others out and goes on`() throws {
    try shell("for n in $(seq 300); do echo $n >a/$n; done")
    let first = try RunningProgram(Binary.treemend, ["sync", a, b])
    usleep(15_000)
    first.kill(SIGSTOP)
    let second = try ProgramRun(Binary.treemend, "sync", a, b)
    #expect([.exited(0), .exited(41)].contains(second.ending), "\(second)")
    first.kill(SIGCONT)
    let ending = try first.wait(timeLimitSeconds: 60).ending
    #expect([.exited(0), .exited(41)].contains(ending))
    try converge()
    #expect(try contents(b).count == 300)
  }
}
