import Glibc
import TestSupport
import Testing

@Suite struct CopyTests {
  @Test(arguments: Replicas.Route.available)
  func `a tree arrives whole, and the second run has nothing to do`(
    route: Replicas.Route
  ) throws {
    let replicas = try Replicas(RandomTree(fileCount: 400, directoryCount: 40, seed: 11))
    let first = try replicas.copy(route)
    #expect(first.ending == .exited(0), "\(first)")
    try expectEqual(replicas)

    let root = try replicas.root(of: replicas.source)
    #expect(root.wholeMatch(of: /[0-9a-f]{64}/) != nil)
    #expect(try replicas.root(of: replicas.destination) == root)

    let second = try replicas.summary(route)
    #expect(second.exit == 0)
    #expect(second.equal)
    #expect(second.pipeBytes <= 1024)
    #expect(second.hashedBytes == 0)
    #expect(second.literalBytes == 0)
  }

  @Test(arguments: [[], ["sync"]], [Replicas.Route.local, .pull()])
  func `a first copy brings what was deleted before, too`(
    command: [String], route: Replicas.Route
  ) throws {
    let replicas = try Replicas()
    try replicas.change("echo kept >source/kept; echo gone >source/gone")
    for change in ["rm source/gone", ":"] {
      try requireSuccess(Binary.treemend, "status", replicas.source)
      try replicas.change(change)
    }
    let words = command + ["--json"] + (try replicas.words(for: route))
    let run = try ProgramRun(Binary.treemend, words)
    #expect(try RunSummary(lastLineOf: run).equal, "\(run)")
    let first = try status(replicas.source)
    #expect(first.contains(/"tombstones":1\b/), "\(first)")
    let second = try status(replicas.destination)
    #expect(second.contains(/"tombstones":1\b/), "\(second)")
  }

  private func status(_ root: String) throws -> String {
    try ProgramRun(Binary.treemend, "status", "--json", root).text
  }

  @Test(arguments: Replicas.Route.available)
  func `a first copy reads each byte once, and hashes it on its way`(
    route: Replicas.Route
  ) throws {
    let replicas = try Replicas(RandomTree(fileCount: 100, directoryCount: 10, seed: 21))
    try replicas.change("head -c 700001 /dev/urandom >source/large; : >source/nothing")
    let first = try replicas.summary(route)
    #expect(first.equal && first.exit == 0)
    #expect(first.hashedBytes <= first.literalBytes && first.literalBytes >= 700_001)
    try expectEqual(replicas)
    for replica in [replicas.source, replicas.destination] {
      let again = try ProgramRun(Binary.treemend, "root", replica)
      #expect(again.ending == .exited(0))
    }
    #expect(try replicas.summary(route).literalBytes == 0)
  }

  @Test(.enabled(if: Trace.isAvailable, "strace is needed"))
  func `a first copy opens each file once at the source`() throws {
    let replicas = try Replicas()
    try replicas.change(
      "mkdir source/d; for n in 1 2 3; do echo $n >source/d/name$n; done; "
        + "head -c 300000 /dev/urandom >source/name4")
    let trace = replicas.directory.appending("trace")
    let run = try replicas.copy(
      .push(), under: ["strace", "-f", "-o", trace, "-e", "trace=openat,openat2"])
    #expect(run.ending == .exited(0), "\(run)")
    let opened = try ProgramRun("grep", "-c", "name[1-4]\".*O_RDONLY", trace).text
    #expect(opened == "4\n")
  }

  @Test(arguments: Replicas.Route.available)
  func `ten changed files are all that is sent`(route: Replicas.Route) throws {
    let replicas = try Replicas(RandomTree(fileCount: 400, directoryCount: 40, seed: 12))
    try #require(try replicas.copy(route).ending == .exited(0))
    try replicas.change(
      """
      find source -name 'file1?.txt' -not -path '*/.treemend/*' | while read -r file; do
        chmod u+w "$file"; echo changed >"$file"
      done
      """)
    let second = try replicas.summary(route)
    #expect(second.filesUpdated == 10)
    #expect(second.literalBytes <= 80)
    #expect(second.pipeBytes < 33_768)
    try expectEqual(replicas)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `a destination with something else in it becomes the source`(seed: UInt64) throws {
    let replicas = try Replicas(RandomTree(fileCount: 100, directoryCount: 10, seed: seed))
    try RandomTree(fileCount: 100, directoryCount: 12, seed: seed + 100)
      .build(replicas.destination)
    let run = try replicas.copy(.push(), ["--delete", "--force", "--max-delete=1000"])
    #expect(run.ending == .exited(0), "\(run)")
    try expectEqual(replicas)
  }

  @Test func `names arrive byte for byte, beside their likes`() throws {
    let replicas = try Replicas(RandomTree(fileCount: 0, directoryCount: 0, seed: 1))
    #expect(try replicas.copy(.push()).ending == .exited(0))
    let arrived = try names(inDirectory: Array("\(replicas.destination)/odd".utf8))
    #expect(Set(arrived).isSuperset(of: RandomTree.oddNames))
  }

  @Test func `a kind that changes to any other follows`() throws {
    let replicas = try Replicas()
    let make = [
      "f": "echo x >%", "d": "mkdir %; echo y >%/inner", "l": "ln -s nowhere %",
    ]
    let pairs = make.keys.flatMap { from in make.keys.map { (from, $0) } }
    func build(_ replica: String, _ kind: ((String, String)) -> String) throws {
      let commands = pairs.map { pair in
        (make[kind(pair)] ?? "").split(separator: "%", omittingEmptySubsequences: false)
          .joined(separator: "\(replica)/\(pair.0)\(pair.1)")
      }
      try replicas.change(commands.joined(separator: "\n"))
    }
    try build("source") { $0.1 }
    try build("destination") { $0.0 }
    let run = try replicas.copy(.local, ["--delete", "--force"])
    #expect(run.ending == .exited(0), "\(run)")
    try expectEqual(replicas)
  }

  @Test(arguments: [.local, .push(), .pull()] as [Replicas.Route])
  func `a directory in which something is renamed or deleted gets its time`(
    route: Replicas.Route
  ) throws {
    let replicas = try Replicas()
    try replicas.change(
      "cd source; mkdir b c e; for n in 1 2 3 4 5; do echo $n >c/$n; done; cp c/5 e; mkdir e/f; cp c/1 e/f"
    )
    try #require(try replicas.copy(route, ["--delete"]).ending == .exited(0))
    try replicas.change(
      "cd source; mv c/1 b; rm c/2; mkdir d; mv c/3 d; mv c/4 c/six; cp -p c/5 b; rm e/5; mv e/f f")
    let run = try replicas.copy(route, ["--delete", "--max-delete=9"])
    #expect(run.ending == .exited(0), "\(run)")
    let times = try ["source", "destination"].map { root in
      try ProgramRun(
        "sh", "-c", "cd \(replicas.directory.path)/\(root); stat -c '%n %y' b c d e f"
      ).text
    }
    #expect(times[0] == times[1] && times[0].count > 100)
    try expectEqual(replicas)
  }

  @Test(
    arguments: [
      "echo two >source/1", "chmod 600 source/1", "touch -d 2020-01-01 source/1",
      "rm source/1 source/2 source/3", "for n in 1 2 3 4; do mv source/$n source/n$n; done",
    ])
  func `the names of one file follow in one run`(command: String) throws {
    let replicas = try Replicas(RandomTree(fileCount: 2, directoryCount: 0, seed: 17))
    try replicas.change(
      """
      echo one >source/1; for n in 2 3 4; do ln source/1 source/$n; done
      cp -a source/. destination
      """)
    try #require(try replicas.copy(.local, ["--delete"]).ending == .exited(0))
    try replicas.change(command)
    let run = try replicas.copy(.local, ["--delete"])
    #expect(run.ending == .exited(0) && run.errorText.isEmpty, "\(run)")
    try expectEqual(replicas)
  }

  @Test(arguments: [.local, .push(), .pull()] as [Replicas.Route])
  func `a destination that a run makes is open to its owner alone`(route: Replicas.Route) throws {
    let replicas = try Replicas(RandomTree(fileCount: 2, directoryCount: 0, seed: 13))
    try replicas.change("rmdir destination")
    let run = try replicas.copy(route)
    #expect(run.ending == .exited(0), "\(run)")
    #expect(try ProgramRun("stat", "-c", "%a", replicas.destination).text == "700\n")
    try expectEqual(replicas)
  }

  @Test(
    .enabled(if: OrdinaryUser.isAvailable && geteuid() == 0, "needs root, and another user"),
    arguments: [Replicas.Route.local, .push(), .pull()])
  func `a file that is changed keeps its owner and group`(route: Replicas.Route) throws {
    let replicas = try Replicas()
    try replicas.change(
      "echo x >source/f; ln -s x source/link; head -c 300000 /dev/zero >source/large")
    try #require(try replicas.copy(route).ending == .exited(0))
    try replicas.change(
      """
      chown -h 1000:1001 destination/f destination/link destination/large
      echo longer >source/f; ln -sf longer source/link; echo more >>source/large; chmod 604 source/f
      """)
    #expect(try replicas.copy(route).ending == .exited(0))
    let stat = ["-c%u:%g %a"] + ["f", "link", "large"].map { "\(replicas.destination)/\($0)" }
    #expect(try ProgramRun("stat", stat).text == "1000:1001 604\n1000:1001 777\n1000:1001 644\n")
    try expectEqual(replicas)
    #expect(try replicas.copy(route, ["-i"]).text.isEmpty)
    // What not everybody may read is not given to who has put a file in its place.
    try replicas.change("echo secret >source/f; chmod 600 source/f")
    #expect(try replicas.copy(route).ending == .exited(0))
    #expect(try ProgramRun("stat", ["-c%u:%g", "\(replicas.destination)/f"]).text == "0:0\n")
  }
}
