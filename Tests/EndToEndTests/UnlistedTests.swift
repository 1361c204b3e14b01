import Index
import Replica
import TestSupport
import Testing

/// Which directories a scan lists: all in which there may be a name that is not remembered.
@Suite struct UnlistedTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    try shell("mkdir -p tree/a/b tree/c; for d in a a/b c; do echo 1 >tree/$d/f; done")
  }

  private func shell(_ command: String) throws {
    try requireSuccess("sh", "-ec", command, in: directory)
  }

  /// The directories below the tree that a scan lists.
  private func listed(under words: [String] = []) throws -> Set<String> {
    let trace = directory.appending("trace")
    let options = ["-f", "-qq", "-y", "-e", "trace=getdents64", "-o", trace]
    let command = ["strace"] + options + [Binary.treemend, "root", directory.appending("tree")]
    let all = words + command
    let run = try ProgramRun(all[0], Array(all.dropFirst()))
    try #require(run.ending == .exited(0), "\(run)")
    let text = try ProgramRun("cat", trace).text
    let prefix = directory.appending("tree") + "/"
    let paths = text.matches(of: /getdents64\(\d+<([^>]*)>/).map { String($0.1) }
    return Set(
      paths.filter { $0.hasPrefix(prefix) && !$0.contains(".treemend") }
        .map { String($0.dropFirst(prefix.count)) })
  }

  /// Scans until the directories were old enough to be remembered.
  private func settle() throws {
    for _ in 0..<10 where try !listed().isEmpty {}
    try #require(try listed() == [])
  }

  @Test(.enabled(if: Trace.isAvailable, "strace is needed"))
  func `a scan lists the directories whose names may have changed, and no others`() throws {
    #expect(try listed() == ["a", "a/b", "c"])
    try settle()
    try shell("echo 2 >tree/a/f; echo 2 >tree/a/b/g; rm tree/c/f; touch -d @1 tree/a/b/f")
    #expect(try listed() == ["a/b", "c"])
    let list = try ProgramRun(Binary.treemend, "ls", directory.appending("tree"))
    #expect(list.text.split(separator: "\n").count == 6, "\(list)")
    let checked = try ProgramRun(
      Binary.treemend, "root", "--checksum", directory.appending("tree"))
    let root = try ProgramRun(Binary.treemend, "root", directory.appending("tree"))
    #expect(checked.ending == .exited(0) && checked.text == root.text)
  }

  @Test(.enabled(if: Trace.isAvailable && Mount.isAllowed, "needs strace, and root"))
  func `the first scan after the machine was started lists all`() throws {
    try settle()
    try shell("echo 00000000-0000-0000-0000-000000000000 >boot; : >none")
    func booted(_ name: String) -> [String] {
      let mount = "mount --bind \"$0\" /proc/sys/kernel/random/boot_id; exec \"$@\""
      return ["unshare", "-m", "sh", "-ec", mount, directory.appending(name)]
    }
    #expect(try listed(under: booted("boot")) == ["a", "a/b", "c"])
    #expect(try listed(under: booted("boot")) == [])
    #expect(try listed(under: booted("none")) == ["a", "a/b", "c"])
    #expect(try listed(under: booted("none")) == ["a", "a/b", "c"])
  }

  @Test(.enabled(if: Trace.isAvailable, "strace is needed"))
  func `a scan after one that did not come to its end lists all`() throws {
    try settle()
    do {
      let path = Array(directory.appending("tree/.treemend/index").utf8)
      let index = try Index(path: path, newReplica: ReplicaID(rawValue: 1), syncs: false)
      let boot = try #require(try index.value(of: "listed"))
      #expect(boot.count == 36)
      try index.begin()
      try index.set("listed", to: [])
      try index.commit()
    }
    #expect(try listed() == ["a", "a/b", "c"])
    #expect(try listed() == [])
  }

  @Test(.enabled(if: OrdinaryUser.isAvailable, "needs a user whom permission bits hold"))
  func `a new file that cannot be read is told of by every run, and copied when it can be`() throws
  {
    try shell("mkdir other")
    try OrdinaryUser.take(directory)
    let words = OrdinaryUser.prefix + [Binary.treemend]
    let roots = ["tree", "other"].map { directory.appending($0) }
    let first = try ProgramRun(words[0], Array(words.dropFirst()) + roots)
    #expect(first.ending == .exited(0), "\(first)")
    try shell("echo secret >tree/c/g; chmod 000 tree/c/g")
    try OrdinaryUser.take(directory)
    for _ in 0..<4 {
      let run = try ProgramRun(words[0], Array(words.dropFirst()) + roots)
      #expect(run.ending == .exited(23), "\(run)")
    }
    try shell("chmod 644 tree/c/g")
    let run = try ProgramRun(words[0], Array(words.dropFirst()) + roots)
    #expect(run.ending == .exited(0), "\(run)")
    #expect(try ProgramRun("cat", directory.appending("other/c/g")).text == "secret\n")
  }

  @Test(.enabled(if: OrdinaryUser.isAvailable, "needs a user whom permission bits hold"))
  func `what cannot be looked at is not deleted, even if rules leave out files of that name`()
    throws
  {
    try shell("mkdir other; echo 1 >tree/a/b/x.c")
    try OrdinaryUser.take(directory)
    let words = OrdinaryUser.prefix + [Binary.treemend, "--delete", "--force"]
    let rules = ["--include=*/", "--include=*.c", "--exclude=*"]
    let roots = ["tree", "other"].map { directory.appending($0) }
    let first = try ProgramRun(words[0], Array(words.dropFirst()) + rules + roots)
    #expect(first.ending == .exited(0), "\(first)")
    // Names can be listed, and nothing of them be seen.
    try shell("chmod 644 tree/a")
    for _ in 0..<2 {
      let run = try ProgramRun(words[0], Array(words.dropFirst()) + rules + roots)
      #expect(run.ending == .exited(23), "\(run)")
      #expect(try ProgramRun("cat", directory.appending("other/a/b/x.c")).text == "1\n")
    }
    try shell("chmod 755 tree/a other/a")
    let last = try ProgramRun(words[0], Array(words.dropFirst()) + rules + roots)
    #expect(last.ending == .exited(0), "\(last)")
  }

  @Test(.enabled(if: Trace.isAvailable, "strace is needed"))
  func `a tree deeper than there are descriptors is scanned by what is remembered, too`() throws {
    try shell("d=tree; for n in $(seq 100); do d=$d/d; mkdir $d; echo $n >$d/f; done")
    try settle()
    let limited = ["sh", "-c", "ulimit -n 40; exec \"$@\"", "sh"]
    #expect(try listed(under: limited) == [])
  }
}
