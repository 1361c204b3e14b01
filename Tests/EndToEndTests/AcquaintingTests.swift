import Replica
import TestSupport
import Testing
import Wire

/// Replicas of many files that meet for the first time.
@Suite struct AcquaintingTests {
  private let directory: TemporaryDirectory
  private let shellWords: String

  init() throws {
    directory = try TemporaryDirectory()
    shellWords = try StandInShell(.plain, in: directory).path
  }

  private func shell(_ command: String) throws {
    try requireSuccess("sh", "-ec", command, in: directory)
  }

  /// Makes `a` of so many files, and `b` a copy of it.
  private func make(_ count: Int) throws {
    try shell(
      """
      mkdir -p a/d0 a/d1 a/d2 a/d3 a/d4; i=0
      while [ $i -lt \(count) ]; do echo $i >a/d$((i % 5))/file$i; i=$((i + 1)); done
      cp -a a b
      """)
  }

  /// Runs the program and expects its end; `a`, `b` and `c` are the replicas of these names, `host:` is another end.
  @discardableResult
  private func run(
    _ words: [String], through shell: String? = nil, status: Int32? = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> ProgramRun {
    let arguments = words.map { word in
      let isRemote = word.hasPrefix("host:")
      let name = isRemote ? String(word.dropFirst(5)) : word
      guard ["a", "b", "c"].contains(name) else { return word }
      return (isRemote ? "host:" : "") + directory.appending(name)
    }
    let run = try ProgramRun(Binary.treemend, arguments + ["-e", shell ?? shellWords])
    if let status {
      #expect(run.ending == .exited(status), "\(run)", sourceLocation: sourceLocation)
    }
    return run
  }

  private func expectEqual(
    _ names: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for command in [["root"], ["root", "--state"]] {
      let runs = try names.map {
        try ProgramRun(Binary.treemend, command + [directory.appending($0)])
      }
      #expect(runs.allSatisfy { $0.ending == .exited(0) }, sourceLocation: sourceLocation)
      #expect(Set(runs.map(\.text)).count == 1, sourceLocation: sourceLocation)
    }
  }

  private func figure(_ name: String, _ run: ProgramRun) -> Int? {
    run.text.split(separator: "\n").first { $0.hasPrefix(name) }
      .flatMap { Int($0.filter(\.isNumber)) }
  }

  @Test(arguments: [["a", "host:b"], ["host:a", "b"], ["sync", "a", "host:b"]])
  func `equal replicas agree without a word of any file`(words: [String]) throws {
    try make(1500)
    let first = try run(words + ["--stats"])
    #expect(try #require(figure("Sent", first)) < 4096, "\(first)")
    #expect(try #require(figure("Received", first)) < 4096, "\(first)")
    #expect(figure("Content brought", first) == 0)
    #expect(figure("Round trips", first) == 3, "\(first)")
    try expectEqual("a", "b")
    let second = try run(words + ["--stats"])
    #expect(figure("Round trips", second) == 1, "\(second)")
  }

  /// Every second file has another version, and paths are so long that they do not fit one frame.
  @Test(arguments: [["sync", "a", "host:b"], ["sync", "host:b", "a"]])
  func `replicas with many versions agree, too`(words: [String]) throws {
    try shell(
      """
      name=$(printf %0240d 0); mkdir a; cd a
      for level in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do mkdir $name; cd $name; done
      i=1000; while [ $i -lt 2300 ]; do echo $i >$i; i=$((i + 1)); done
      """)
    try run(["a", "c"])
    try shell(
      """
      cd a; for level in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do cd 0*; done
      for file in *[02468]; do echo $file again >$file; done
      """)
    try run(["a", "c"])
    try shell("cp -a a b; rm -r b/.treemend")
    let first = try run(words + ["--stats"])
    #expect(figure("Content brought", first) == 0)
    #expect(figure("Round trips", first) == 4, "\(first)")
    try expectEqual("a", "b")
    let second = try run(words + ["--stats"])
    #expect(figure("Round trips", second) == 1, "\(second)")
  }

  /// What two replicas come to that are not equal and have so many files, but for those beyond the
  /// first ten, and the name of a replica.
  private func outcome(of count: Int, _ words: [String]) throws -> [String] {
    try shell("rm -rf a b")
    try make(count)
    try shell(
      """
      echo more >>a/d0/file0; echo other >>b/d0/file5; rm a/d1/file1 b/d2/file2
      echo new >a/d3/new; echo new >b/new; touch -d @1000 a/d4/file4; chmod 600 b/d3/file3
      echo one >a/d1/file6; echo two >b/d1/file6; touch -d @2000 a/d1/file6
      touch -d @3000 b/d1/file6; rm a/d2/file7; mkdir a/d2/file7; echo in >a/d2/file7/in
      ln -s x b/zz; mkdir a/a a/zzz; echo last >b/zzzz
      """)
    try run(words)
    let listing = try ProgramRun(
      "sh",
      [
        "-ec",
        """
        cd \(directory.path)
        find a b -name .treemend -prune -o -type d -printf '%p %m\n' -o -printf '%p %m %s %l\n' |
        grep -v '/file[0-9][0-9]' | sort
        """,
      ])
    return listing.text.split(separator: "\n").map(String.init).map {
      $0.replacing(/conflict-[0-9]{8}-[0-9]{6}-[0-9a-f]{8}/, with: "conflict")
    }
  }

  @Test(
    arguments: [
      ["a", "b"], ["--delete", "--force", "a", "b"], ["sync", "a", "b"],
      ["sync", "--conflict=newest", "b", "a"],
      ["sync", "--push", "a", "b"], ["--exclude=d1", "a", "b"], ["sync", "-n", "a", "b"],
    ])
  func `what differs comes to the same whether much is alike or little`(words: [String]) throws {
    let much = try outcome(of: 1200, words)
    let little = try outcome(of: 10, words)
    #expect(much == little && much.count > 20, "\(words)")
    if words.contains("sync"), !words.contains("--push"), !words.contains("-n") {
      try expectEqual("a", "b")
    }
  }

  /// In the comparison, before and in the versions, and behind them.
  @Test(
    arguments: [
      .cutUpstream(afterByteCount: 700), .cutUpstream(afterByteCount: 822),
      .cutUpstream(afterByteCount: 845), .cutUpstream(afterByteCount: 870),
      .cutDownstream(afterByteCount: 138), .cutDownstream(afterByteCount: 155),
      .cutDownstream(afterByteCount: 200), .cutDownstream(afterByteCount: 260),
    ] as [StandInShell.Variant])
  func `a first meeting that is cut is taken up again`(cut: StandInShell.Variant) throws {
    try make(1500)
    let before = try ProgramRun("ls", ["-lR", "--time-style=full-iso", directory.appending("b")])
    try run(["sync", "a", "host:b"], through: StandInShell(cut, in: directory).path, status: 12)
    #expect(
      try ProgramRun("ls", ["-lR", "--time-style=full-iso", directory.appending("b")]).text
        == before.text)
    let whole = try StandInShell(.plain, in: directory).path
    let again = try run(["sync", "a", "host:b", "--stats"], through: whole)
    #expect(try #require(figure("Sent", again)) < 4096, "\(again)")
    try expectEqual("a", "b")
  }

  @Test func `a first --delete that was refused is refused again`() throws {
    try make(1500)
    try shell("echo mine >b/d0/mine")
    for _ in 0..<2 {
      try run(["--delete", "a", "host:b"], status: 42)
      try run(["--delete", "a", "b"], status: 42)
    }
    try shell("grep -q mine b/d0/mine")
    try run(["--delete", "--force", "a", "b"])
    try expectEqual("a", "b")
  }

  @Test func `replicas of which little is alike come to the same, too`() throws {
    try make(3000)
    try shell("find b -type f -exec touch -d @1000 {} +; echo other >b/d0/file0")
    try run(["sync", "a", "host:b"])
    try expectEqual("a", "b")
    try shell("find b/d? -newermt @2000 -type f | wc -l | grep -qx 3001; ls b/d0/*sync-conflict*")
    let second = try run(["sync", "a", "host:b", "--stats"])
    #expect(figure("Round trips", second) == 1, "\(second)")
  }

  @Test func `versions that were agreed on tell newer from older`() throws {
    try make(1200)
    try shell("cp -a a c")
    try run(["sync", "a", "host:b"])
    try run(["sync", "host:b", "c"])
    try run(["sync", "a", "c"])
    try expectEqual("a", "b", "c")
    try shell("echo edit >c/d0/file0; rm a/d1/file1; mv b/d2/file2 b/d2/moved")
    try run(["sync", "a", "b"])
    try run(["sync", "b", "c"])
    let last = try run(["sync", "-i", "a", "c"])
    #expect(last.text.contains("d0/file0") && !last.text.contains("conflict"), "\(last)")
    try expectEqual("a", "c")
    for root in ["a", "c"] {
      try shell("cd \(root); test ! -e d1/file1; test ! -e d2/file2; grep -q edit d0/file0")
    }
  }
}
