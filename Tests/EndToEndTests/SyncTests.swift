import TestSupport
import Testing

/// Two-way runs of the built program, from outside.
@Suite struct SyncTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  /// Makes directories and returns their paths.
  private func roots(_ names: String...) throws -> [String] {
    try names.map { name in
      try makeDirectory(Array(directory.appending(name).utf8))
      return directory.appending(name)
    }
  }

  private func shell(_ command: String) throws {
    try requireSuccess("sh", "-ec", command, in: directory)
  }

  @Test(.enabled(if: SmallFileSystem.isAvailable, "only root can mount something"))
  func `what is mounted over a directory is no edit of it`() throws {
    let pair = try roots("a", "b")
    try shell("mkdir -p a/d/sub; echo 1 >a/d/sub/f; echo 2 >a/k")
    try sync(pair[0], pair[1])
    // The mode of what is mounted is another.
    let disk = try SmallFileSystem(over: directory.appending("b/d/sub"), byteCount: 1 << 20)
    try withExtendedLifetime(disk) {
      let run = try sync(pair[0], pair[1])
      #expect(!run.errorText.contains("cannot come"), "\(run)")
      try shell("rm -r a/d")
      try sync(pair[0], pair[1])
    }
    try requireSuccess("umount", directory.appending("b/d/sub"))
    try sync(pair[0], pair[1])
    try shell("! test -e a/d && ! test -e b/d")
    try expectEqual(pair)
  }

  @Test(arguments: [false, true], [false, true])
  func `a file that cannot come for a directory that is left out is told of`(
    isSwapped: Bool, isKnown: Bool
  ) throws {
    let pair = try roots("a", "b")
    try shell("mkdir b/x; echo 1 >b/x/in; echo 2 >a/k")
    if isKnown {
      try sync(pair[0], pair[1])
      try shell("rm -r a/x")
    }
    try shell("echo new >a/x")
    let order = isSwapped ? [pair[1], pair[0]] : pair
    // What is left out at the far end is not known to a run that asks nothing of it.
    for options in [["--exclude=x/"]] + (isSwapped ? [["--exclude=x/", "-n"]] : []) {
      let run = try ProgramRun(Binary.treemend, ["sync"] + options + order)
      #expect(run.ending == .exited(23), "\(run)")
      #expect(run.errorText.contains("x: cannot come"), "\(run)")
    }
  }

  /// Runs `treemend sync` and expects its exit status.
  @discardableResult
  private func sync(
    _ a: String, _ b: String, _ options: String..., status: Int32 = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> ProgramRun {
    let run = try ProgramRun(Binary.treemend, ["sync"] + options + [a, b])
    #expect(run.ending == .exited(status), "\(run)", sourceLocation: sourceLocation)
    return run
  }

  private func expectEqual(
    _ roots: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let states = try roots.map { root in
      try ["root", "root --state"].map {
        try ProgramRun(Binary.treemend, $0.split(separator: " ").map(String.init) + [root]).text
      }
    }
    #expect(Set(states).count == 1, sourceLocation: sourceLocation)
    for other in roots.dropFirst() {
      let run = try ProgramRun("diff", "-r", "-x", ".treemend", roots[0], other)
      #expect(run.ending == .exited(0), "\(run)", sourceLocation: sourceLocation)
    }
  }

  @Test func `a loser is kept where conflict copies are left out`() throws {
    let roots = try roots("a", "b")
    try shell("echo a >a/f; touch -d @1 a/f; echo b >b/f; touch -d @2 b/f")
    try sync(roots[0], roots[1], "--exclude=*.sync-conflict-*")
    for root in roots {
      #expect(try ProgramRun("sh", "-c", "cat \(root)/f \(root)/f.sync-*").text == "b\na\n")
    }
  }

  /// Two replicas in which `f` was in conflict: the first's version lost and was kept.
  private func rootsWithCopy() throws -> [String] {
    let roots = try roots("a", "b")
    try shell("echo 0 >a/f")
    try sync(roots[0], roots[1])
    try shell("echo lost >a/f; touch -d @1 a/f; cp -p a/f before; echo won >b/f")
    try sync(roots[0], roots[1])
    return roots
  }

  /// Every line of every file of both ends.
  private func lines(_ roots: [String]) throws -> Set<Substring> {
    let run = try ProgramRun(
      "find",
      roots + ["-name", ".treemend", "-prune", "-o", "-type", "f", "-exec", "cat", "{}", "+"])
    return Set(run.text.split(separator: "\n"))
  }

  @Test(arguments: [false, true])
  func `a directory takes the place of a version that was kept before`(isSwapped: Bool) throws {
    let roots = try rootsWithCopy()
    try shell("cp -p before a/f; rm b/f; mkdir -p b/f/deep; echo new | tee b/f/in >b/f/deep/in")
    try sync(roots[isSwapped ? 1 : 0], roots[isSwapped ? 0 : 1])
    try expectEqual(roots)
    #expect(try lines(roots) == ["lost", "new"])
  }

  @Test(arguments: [false, true])
  func `what is in a directory that gets no place is not taken for there`(isSwapped: Bool) throws {
    let roots = try roots("a", "b")
    try shell("echo 0 >a/f")
    try sync(roots[0], roots[1])
    try shell(
      """
      echo old >a/f; rm b/f; mkdir -p b/f/deep; echo new | tee b/f/in >b/f/deep/in
      { head -c 3000000 /dev/urandom; echo; } >b/e
      """)
    let run = try RunningProgram(
      Binary.treemend,
      ["sync", "--bwlimit=1M", roots[isSwapped ? 1 : 0], roots[isSwapped ? 0 : 1]])
    // Written once more while the run brings another file.
    for _ in 0..<1000 {
      let stage = "\(roots[0])/.treemend/stage/*"
      if try ProgramRun("sh", "-c", "ls \(stage)").text.contains("partial") { break }
    }
    try shell("echo newest >a/f")
    #expect(try run.wait().ending == .exited(23))
    try sync(roots[0], roots[1])
    try expectEqual(roots)
    #expect(try lines(roots).isSuperset(of: ["new", "newest"]))
  }

  @Test func `what users have put in the place of a copy is not replaced`() throws {
    let roots = try rootsWithCopy()
    // The first takes its version back, and keeps the other's in the place of the copy.
    try shell("cd a; mv f x; mv f.sync-* f; mv x $(cd ../b; ls -d f.sync-*); echo more >../b/f")
    let run = try sync(roots[0], roots[1], status: 40)
    #expect(run.errorText.contains("no version can be kept as f.sync-conflict-1970"))
    #expect(try lines(roots) == ["lost", "won", "more"])
    try shell("mv a/f.sync-* a/g")
    try sync(roots[0], roots[1])
    try expectEqual(roots)
    #expect(try lines(roots) == ["lost", "won", "more"])
  }

  @Test(arguments: ["", "host:"])
  func `what is done at either end is done at the other`(host: String) throws {
    let roots = try roots("a", "b")
    let shellWords = try StandInShell(.plain, in: directory).path
    let b = host + roots[1]
    let run = { (options: [String]) in
      try ProgramRun(Binary.treemend, ["sync", "-e", shellWords] + options + [roots[0], b])
    }
    try shell(
      "cd a; mkdir d; echo one >d/one; echo two >two; ln -s d link; head -c 300000 /dev/urandom >large"
    )
    #expect(try run([]).ending == .exited(0))
    try expectEqual(roots)
    try shell("echo more >>a/d/one; rm b/two; mkdir b/e; mv b/large b/e/large; chmod 700 b/d")
    let dry = try run(["-ni"])
    try expectDifferent(roots)
    let real = try run(["-i"])
    #expect(dry.text == real.text && !real.text.isEmpty)
    #expect(real.text.contains("<- *moving     large => e/large"))
    try expectEqual(roots)
    let again = try run(["-i", "--json"])
    #expect(!again.text.contains("\"type\":\"item\""))
  }

  private func expectDifferent(_ roots: [String]) throws {
    #expect(try ProgramRun("diff", "-r", "-x", ".treemend", roots[0], roots[1]).exitStatus == 1)
  }

  @Test func `a renamed directory sends no content`() throws {
    let roots = try roots("a", "b")
    try shell(
      "mkdir -p a/d/sub; head -c 200000 /dev/urandom >a/d/one; head -c 5000 /dev/urandom >a/d/sub/two"
    )
    try sync(roots[0], roots[1])
    let before = try ProgramRun("stat", "-c", "%i", "\(roots[1])/d/one").text
    try shell("mv a/d a/new")
    let run = try sync(roots[0], roots[1], "--json")
    let summary = try RunSummary(lastLineOf: run)
    #expect(summary.literalBytes == 0 && summary.filesMoved == 4)
    #expect(run.text.contains(#""action":"move","path":"new/one","from":"d/one""#))
    #expect(try ProgramRun("stat", "-c", "%i", "\(roots[1])/new/one").text == before)
    try expectEqual(roots)
  }

  @Test func `what was edited at both ends is kept at both`() throws {
    let roots = try roots("a", "b")
    try shell("echo first >a/f.txt")
    try sync(roots[0], roots[1])
    try shell("echo mine >a/f.txt; touch -d 2026-01-01 a/f.txt; echo theirs >b/f.txt")
    let run = try sync(roots[0], roots[1])
    #expect(run.errorText.contains("conflict: f.txt: the version of the second is taken"))
    try expectEqual(roots)
    let list = try ProgramRun(Binary.treemend, "conflicts", roots[0])
    #expect(list.ending == .exited(40))
    let copy = try #require(list.text.split(separator: "\t").first.map(String.init))
    #expect(copy.hasPrefix("f.sync-conflict-20260101-") && copy.hasSuffix(".txt"))
    #expect(try ProgramRun("cat", "\(roots[1])/\(copy)").text == "mine\n")
    let settled = try ProgramRun(Binary.treemend, "conflicts", "--keep=copy", roots[0], copy)
    #expect(settled.ending == .exited(0), "\(settled)")
    #expect(try ProgramRun(Binary.treemend, "conflicts", roots[0]).ending == .exited(0))
    try sync(roots[0], roots[1])
    try expectEqual(roots)
    #expect(try ProgramRun("cat", "\(roots[1])/f.txt").text == "mine\n")
  }

  @Test func `of several copies all can go at once`() throws {
    let roots = try roots("a", "b")
    try shell("for n in 1 2 3; do echo $n >a/$n; echo b$n >b/$n; done")
    try sync(roots[0], roots[1])
    #expect(
      try ProgramRun(Binary.treemend, "conflicts", roots[1]).text.split(separator: "\n").count == 3)
    let run = try ProgramRun(Binary.treemend, "conflicts", "--keep=original", "--all", roots[1])
    #expect(run.ending == .exited(0), "\(run)")
    try sync(roots[0], roots[1])
    try expectEqual(roots)
    #expect(try ProgramRun("ls", roots[0]).text == "1\n2\n3\n")
  }

  @Test(arguments: ["newest", "prefer-source", "prefer-destination"])
  func `a policy takes one version and lets the other go`(policy: String) throws {
    let roots = try roots("a", "b")
    try shell("echo old >a/f; touch -d 2020-01-01 a/f; echo new >b/f")
    try sync(roots[0], roots[1], "--conflict=\(policy)")
    try expectEqual(roots)
    #expect(try ProgramRun("ls", roots[0]).text == "f\n")
    #expect(
      try ProgramRun("cat", "\(roots[0])/f").text == (policy == "prefer-source" ? "old\n" : "new\n")
    )
  }

  @Test func `with fail a conflict stops everything`() throws {
    let roots = try roots("a", "b")
    try shell("echo one >a/f; echo two >b/f; echo new >a/new")
    let run = try sync(roots[0], roots[1], "--conflict=fail", status: 40)
    #expect(run.errorText.contains("conflict: f: changed at both ends"))
    #expect(try ProgramRun("ls", roots[1]).text == "f\n")
  }

  @Test func `one direction leaves the other's changes, and says so`() throws {
    let roots = try roots("a", "b")
    try sync(roots[0], roots[1])
    try shell("echo one >a/one; echo two >b/two")
    let push = try sync(roots[0], roots[1], "--push")
    #expect(push.errorText.contains("1 change is left"))
    #expect(try ProgramRun("ls", roots[0]).text == "one\n")
    #expect(try ProgramRun("ls", roots[1]).text == "one\ntwo\n")
    try sync(roots[0], roots[1], "--pull")
    try expectEqual(roots)
  }

  @Test func `one direction leaves all that only the other replica has, and says so`() throws {
    let roots = try roots("a", "b")
    try shell("echo one >a/one; echo two >a/two")
    let pull = try sync(roots[0], roots[1], "--pull")
    #expect(pull.errorText.contains("2 changes are left"))
    #expect(try ProgramRun("ls", roots[1]).text == "")
    try sync(roots[0], roots[1], "--push")
    try expectEqual(roots)
  }

  @Test func `an edit beats a deletion, and what is in a deleted directory brings it back`() throws
  {
    let roots = try roots("a", "b")
    try shell("mkdir a/d; echo one >a/d/one; echo two >a/d/two; echo f >a/f; echo g >a/g")
    try sync(roots[0], roots[1])
    try shell("rm -r a/d a/f; echo edit >b/d/two; echo edit >b/f")
    try sync(roots[0], roots[1])
    try expectEqual(roots)
    #expect(
      try ProgramRun(
        "find", roots[0], "-path", "*/.treemend", "-prune", "-o", "-type", "f", "-printf", "%P\n"
      ).text.split(separator: "\n").sorted() == ["d/two", "f", "g"])
  }

  @Test func `replicas that never met come to hold what either has`() throws {
    let roots = try roots("a", "b")
    try shell(
      "echo same >a/same; cp a/same b/same; echo a >a/a; echo b >b/b; mkdir a/x; echo f >b/x")
    try sync(roots[0], roots[1])
    try expectEqual(roots)
    #expect(try ProgramRun("cat", "\(roots[1])/a").text == "a\n")
    #expect(try ProgramRun("sh", "-c", "cat \(roots[0])/x.sync-conflict-*").text == "f\n")
  }

  @Test(arguments: [3, 5])
  func `a ring of replicas comes to the same`(count: Int) throws {
    let names = (0..<count).map { "r\($0)" }
    let all = try names.map { try roots($0)[0] }
    try shell("echo base >r0/f")
    let sweep = { for index in 0..<count { try sync(all[index], all[(index + 1) % count]) } }
    try sweep()
    for (index, name) in names.enumerated() {
      try shell("echo \(index) >\(name)/f; echo \(index) >\(name)/own\(index)")
    }
    for _ in 0...(count / 2) { try sweep() }
    try expectEqual(all)
    let copies = try ProgramRun(Binary.treemend, "conflicts", all[0]).text.split(separator: "\n")
    #expect(copies.count == count - 1)
  }

  @Test func `a clone is another replica, and neither loses an edit`() throws {
    let roots = try roots("a", "b")
    try shell("echo one >a/f")
    try sync(roots[0], roots[1])
    try shell("cp -a a c; echo a >a/f; echo c >c/f")
    try sync(roots[0], roots[1])
    try sync(directory.appending("c"), roots[1])
    try sync(roots[0], roots[1])
    try expectEqual([roots[0], roots[1], directory.appending("c")])
    #expect(
      try ProgramRun("sh", "-c", "cat \(roots[0])/f*").text.split(separator: "\n").sorted() == [
        "a", "c",
      ])
  }

  @Test func `files older than the state that was copied to them take the place of nothing`() throws
  {
    let roots = try roots("a", "b", "c")
    try shell("echo old >a/f; cp -a a/f b/f")
    try sync(roots[0], roots[2])
    try shell("echo a week of work >a/f")
    try sync(roots[0], roots[2])
    try shell("cp -an a/. b/")
    try sync(roots[0], roots[1])
    try sync(roots[2], roots[0])
    for root in roots {
      let contents = try ProgramRun("sh", "-c", "cat \(root)/f; cat \(root)/f.sync-conflict-*").text
      #expect(contents == "a week of work\nold\n", "\(root)")
    }
  }

  // MARK: Rules that are about directories alone

  @Test func `a directory that is deleted goes whatever the rules say of files`() throws {
    let roots = try roots("a", "b")
    try shell("mkdir a/d a/e; for f in d/x.c d/x.h e/y.c z.c; do echo $f >a/$f; done")
    try sync(roots[0], roots[1])
    try shell("rm -r b/d b/e")
    for _ in 0..<2 { try sync(roots[0], roots[1], "--include=*/", "--include=*.c", "--exclude=*") }
    try requireSuccess(
      "sh", "-c", "cd \(roots[0]); test -f d/x.h && test ! -e d/x.c && test ! -e e")
    try sync(roots[0], roots[1])
    try expectEqual(roots)
    #expect(try ProgramRun("ls", roots[0]).text == "z.c\n")
  }

  @Test func `a directory that is left out stays, and so does what has its name`() throws {
    let roots = try roots("a", "b")
    try shell("mkdir a/x a/y a/z; echo 1 >a/y/f; echo 2 >a/other")
    try sync(roots[0], roots[1])
    // Scanned without the rule, so that the deletions are remembered.
    try shell("rmdir b/x; rm -r b/y; rmdir a/z; echo file >a/z")
    for root in roots { _ = try ProgramRun(Binary.treemend, "root", root) }
    let rules = ["--exclude=x/", "--exclude=y/", "--exclude=z/"]
    for _ in 0..<2 {
      let run = try ProgramRun(Binary.treemend, ["sync"] + rules + roots)
      #expect([0, 23].contains(run.exitStatus), "\(run)")
    }
    #expect(try ProgramRun("cat", "\(roots[0])/y/f").text == "1\n")
    try requireSuccess("test", "-d", "\(roots[0])/x")
    try requireSuccess("test", "-d", "\(roots[1])/z")
    try sync(roots[0], roots[1])
    try expectEqual(roots)
    #expect(try ProgramRun("ls", roots[1]).text == "other\nz\n")
  }

  // MARK: States that are not of the tree that they lie in

  @Test func `a clone of a part, whose first run leaves the rest out, deletes nothing`() throws {
    let roots = try roots("a", "b", "c")
    try shell("mkdir a/x; echo f >a/x/f; echo y >a/y")
    try sync(roots[0], roots[1])
    try shell("cp -a a/.treemend a/y c")
    try sync(roots[2], roots[1], "--exclude=x")
    try sync(roots[2], roots[1])
    try expectEqual([roots[2], roots[1]])
    #expect(try ProgramRun("cat", "\(roots[1])/x/f").text == "f\n")
  }

  @Test func `a state that was set back deletes nothing and loses no edit`() throws {
    let roots = try roots("a", "b")
    try shell("echo one >a/one; echo f >a/f")
    try sync(roots[0], roots[1])
    try shell("cp a/.treemend/index saved; echo two >a/two; echo later >a/f")
    try sync(roots[0], roots[1])
    try shell("cat saved >a/.treemend/index; rm a/two; echo other >a/f")
    let identity = try ProgramRun(Binary.treemend, "status", "--json", roots[0]).text
    try sync(roots[0], roots[1])
    #expect(
      try ProgramRun(Binary.treemend, "status", "--json", roots[0]).text.prefix(60)
        != identity.prefix(60))
    try expectEqual(roots)
    #expect(try ProgramRun("cat", "\(roots[0])/two").text == "two\n")
    #expect(
      try ProgramRun("sh", "-c", "cat \(roots[0])/f*").text.split(separator: "\n").sorted() == [
        "later", "other",
      ])
  }

  @Test func `a lost state deletes nothing`() throws {
    let roots = try roots("a", "b")
    try shell("for n in one two three four; do echo $n >a/$n; done")
    try sync(roots[0], roots[1])
    try shell("rm -r a/.treemend; rm a/one; echo new >b/new")
    try sync(roots[0], roots[1])
    try expectEqual(roots)
    #expect(try ProgramRun("ls", roots[0]).text == "four\nnew\none\nthree\ntwo\n")
  }

  // MARK: Guards

  @Test(arguments: ["true", "mkfifo a/left"])
  func `a root that had entries and is empty is refused`(command: String) throws {
    let roots = try roots("a", "b")
    try shell("for n in 1 2 3; do echo $n >a/$n; done")
    try sync(roots[0], roots[1])
    try shell("rm a/1 a/2 a/3; \(command)")
    let run = try sync(roots[0], roots[1], status: 42)
    #expect(run.errorText.contains("is its disk mounted?") && run.errorText.contains("hint:"))
    #expect(try ProgramRun("ls", roots[1]).text == "1\n2\n3\n")
  }

  @Test func `a new replica where another was met is refused`() throws {
    let roots = try roots("a", "b")
    try shell("echo one >a/one")
    try sync(roots[0], roots[1])
    try shell("rm -r b; mkdir b")
    let run = try sync(roots[0], roots[1], status: 42)
    #expect(run.errorText.contains("another replica was met"))
    try sync(roots[0], roots[1], "--force")
    try expectEqual(roots)
  }

  @Test func `more deletions than can be meant are refused, at either end`() throws {
    let roots = try roots("a", "b")
    try shell("for n in $(seq 30); do echo $n >a/$n; done")
    try sync(roots[0], roots[1])
    try shell("cd b; rm $(seq 20)")
    let run = try sync(roots[0], roots[1], status: 25)
    #expect(run.errorText.contains("--max-delete=20"))
    #expect(try ProgramRun("ls", roots[0]).text.split(separator: "\n").count == 30)
    try sync(roots[0], roots[1], "--max-delete=20")
    try expectEqual(roots)
  }

  @Test func `who asks for deletions is told that sync needs no option for them`() throws {
    let roots = try roots("a", "b")
    let run = try sync(roots[0], roots[1], "--delete", status: 1)
    #expect(run.errorText.contains("what was deleted in one is deleted in the other"))
  }

  @Test func `one root within the other is refused`() throws {
    let roots = try roots("a")
    try shell("mkdir a/b")
    try sync(roots[0], roots[0] + "/b", status: 42)
  }

  @Test(.enabled(if: OrdinaryUser.isAvailable, "needs a user whom permission bits hold"))
  func `what one end cannot read stays as it is at the other`() throws {
    let roots = try roots("a", "b")
    try shell("mkdir a/d; echo one >a/d/one; echo two >a/two")
    try sync(roots[0], roots[1])
    try shell("echo changed >b/d/one; rm b/two; chmod 000 a/d")
    try OrdinaryUser.take(directory)
    let words = OrdinaryUser.prefix + [Binary.treemend, "sync"] + roots
    let run = try ProgramRun(words[0], Array(words.dropFirst()))
    #expect(run.ending == .exited(23), "\(run)")
    #expect(try ProgramRun("cat", "\(roots[0])/d/one").text == "one\n")
    #expect(try ProgramRun("cat", "\(roots[1])/d/one").text == "changed\n")
    #expect(try ProgramRun("ls", roots[0]).text == "d\n")
  }

  @Test func `a deletion stays one for a replica that was away`() throws {
    let roots = try roots("a", "b", "c")
    try shell("echo one >a/one; echo two >a/two")
    try sync(roots[0], roots[1])
    try sync(roots[1], roots[2])
    try shell("rm a/one")
    try sync(roots[0], roots[1])
    try sync(roots[1], roots[2])
    try sync(roots[0], roots[2])
    try expectEqual(roots)
    #expect(try ProgramRun("ls", roots[2]).text == "two\n")
  }
}
