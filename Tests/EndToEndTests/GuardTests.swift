import Glibc
import TestSupport
import Testing

/// What stops a run before it does harm that nobody has meant.
@Suite struct GuardTests {
  let replicas: Replicas

  init() throws {
    var tree = RandomTree(fileCount: 5, directoryCount: 0, seed: 43)
    tree.hasOddities = false
    replicas = try Replicas(tree)
  }

  /// The ways from one replica to the other that differ in who decides.
  static let routes: [Replicas.Route] = [.local, .push(), .pull()]

  private func hasDestination(_ name: String) throws -> Bool {
    try ProgramRun("test", "-e", "\(replicas.destination)/\(name)").exitStatus == 0
  }

  @Test(arguments: routes)
  func `the first --delete takes nothing that is the destination's own`(
    route: Replicas.Route
  ) throws {
    try replicas.change("echo mine >destination/own")
    try #require(try replicas.copy(route).ending == .exited(0))
    let run = try replicas.copy(route, ["--delete"])
    #expect(run.ending == .exited(42), "\(run)")
    #expect(run.errorText.contains("no run has put there"))
    let dry = try replicas.copy(route, ["--delete", "-nv", "--max-delete=5"])
    #expect(dry.ending == .exited(42) && dry.text == "deleting own\n", "\(dry)")
    #expect(try replicas.copy(route, ["--delete"]).ending == .exited(42))
    #expect(try hasDestination("own"))

    #expect(try replicas.copy(route, ["--delete", "--force"]).ending == .exited(0))
    #expect(try !hasDestination("own"))
    try replicas.change("echo mine >destination/own")
    #expect(try replicas.copy(route, ["--delete"]).ending == .exited(0))
    try expectEqual(replicas)
  }

  @Test(arguments: routes)
  func `a --delete that leaves things out is not the first for these`(
    route: Replicas.Route
  ) throws {
    func delete(_ options: String...) throws -> ProgramRun.Ending {
      try replicas.copy(route, ["--delete"] + options).ending
    }
    try replicas.change("echo mine >destination/own.o; echo mine >destination/new")
    try #require(try replicas.copy(route).ending == .exited(0))
    #expect(try delete("--exclude=*.o") == .exited(42))
    #expect(try delete("--exclude=*.o", "--force") == .exited(0))
    #expect(try !hasDestination("new") && hasDestination("own.o"))
    // The same rules have been through, and others have not.
    try replicas.change("echo mine >destination/new")
    #expect(try delete("--exclude=*.o") == .exited(0))
    #expect(try !hasDestination("new"))
    #expect(try delete("--include=*.o") == .exited(42))
    #expect(try delete() == .exited(42))
    #expect(try hasDestination("own.o"))
    #expect(try delete("--force") == .exited(0))
    // What has been through all is not forgotten for others.
    for n in 1...17 { #expect(try delete("--exclude=\(n)") == .exited(0)) }
    try replicas.change("echo mine >destination/new.o; echo mine >destination/new")
    #expect(try delete("--exclude=new") == .exited(0))
    #expect(try delete() == .exited(0))
    try expectEqual(replicas)
  }

  @Test(arguments: routes)
  func `a mirror from the beginning deletes what is made in it`(route: Replicas.Route) throws {
    try #require(try replicas.copy(route, ["--delete"]).ending == .exited(0))
    try replicas.change("echo mine >destination/own")
    #expect(try replicas.copy(route, ["--delete"]).ending == .exited(0))
    try expectEqual(replicas)
  }

  @Test(arguments: routes)
  func `what came from the source is deleted without ado`(route: Replicas.Route) throws {
    try #require(try replicas.copy(route).ending == .exited(0))
    try replicas.change("rm source/file1.txt; echo changed >>destination/file1.txt")
    #expect(try replicas.copy(route, ["--delete"]).ending == .exited(0))
    try expectEqual(replicas)
  }

  @Test(arguments: routes)
  func `an empty directory in the place of the destination is refused`(
    route: Replicas.Route
  ) throws {
    try #require(try replicas.copy(route).ending == .exited(0))
    try replicas.change("mv destination saved; mkdir destination")
    for _ in 0..<2 {
      let run = try replicas.copy(route)
      #expect(run.ending == .exited(42), "\(run)")
      #expect(run.errorText.contains("is its disk mounted?"))
    }
    #expect(try TreeSnapshot(replicas.destination).items == [])
    try replicas.change("rm -r destination; mv saved destination")
    #expect(try replicas.copy(route).ending == .exited(0))

    try replicas.change("rm -r destination; mkdir destination")
    #expect(try replicas.copy(route, ["--force"]).ending == .exited(0))
    try expectEqual(replicas)
  }

  @Test(
    arguments: routes,
    [
      (nil, "true"), ("--exclude=*.o", "true"), (nil, "mkfifo source/f"),
      (nil, "mkfifo destination/f"),
    ]
      as [(String?, String)])
  func `an empty directory in the place of the source takes nothing away`(
    route: Replicas.Route, rule: (option: String?, command: String)
  ) throws {
    let options = ["--delete", "--max-delete=100"] + (rule.option.map { [$0] } ?? [])
    try #require(try replicas.copy(route, options).ending == .exited(0))
    try replicas.change("mv source saved; mkdir source; \(rule.command)")
    let before = try TreeSnapshot(replicas.destination)
    let run = try replicas.copy(route, options)
    #expect(run.ending == .exited(42), "\(run)")
    #expect(run.errorText.contains("is its disk mounted?"))
    try expect(replicas.destination, is: before)
  }

  @Test(arguments: routes)
  func `nothing is deleted for a directory in the place of the source`(
    route: Replicas.Route
  ) throws {
    try #require(try replicas.copy(route, ["--delete"]).ending == .exited(0))
    try replicas.change("mv source saved; mkdir source; echo x >source/placeholder")
    let before = try TreeSnapshot(replicas.destination)
    let run = try replicas.copy(route, ["--delete"])
    #expect(run.ending == .exited(42), "\(run)")
    #expect(run.errorText.contains("is its disk mounted?"))
    try expect(replicas.destination, is: before)
    // One that has lost nothing but its state, and a file, goes on.
    try replicas.change("rm -r source; mv saved source; rm -r source/.treemend source/file1.txt")
    #expect(try replicas.copy(route, ["--delete"]).ending == .exited(0))
    try expectEqual(replicas)
  }

  @Test(
    arguments: [
      // However the source is named.
      "run --delete host:$PWD/source/ destination", "run --delete source/../source destination",
      // It was the second, and a sync names it first now.
      "rm -f source/placeholder; run sync source destination",
      // It has met another in the meantime.
      "mkdir -p other; run source other; run --delete source destination",
    ])
  func `a replica that was met is known by its place`(commands: String) throws {
    let shell = try StandInShell(.plain, in: replicas.directory).path
    let run = "run() { \(Binary.treemend) -e \(shell) \"$@\"; }; "
    try replicas.change(
      run + "run sync destination source; run --delete host:$PWD/source destination")
    try replicas.change("mv source saved; mkdir source; echo x >source/placeholder")
    let before = try TreeSnapshot(replicas.destination)
    let refused = try ProgramRun("sh", "-c", "cd \(replicas.directory.path); " + run + commands)
    #expect(refused.ending == .exited(42), "\(refused)")
    #expect(refused.errorText.contains("is its disk mounted?"))
    try expect(replicas.destination, is: before)
    try replicas.change("rm -r source; mv saved source; \(run + commands)")
  }

  @Test(arguments: [false, true])
  func `a replica that lost its state goes on, and what took its place does not`(
    isSwapped: Bool
  ) throws {
    let roots = [replicas.source, replicas.destination]
    let words = ["sync"] + (isSwapped ? roots.reversed() : roots)
    try #require(try ProgramRun(Binary.treemend, words).ending == .exited(0))
    try replicas.change(
      "cp -a destination saved; rm -r destination; mkdir destination; echo >destination/x")
    for option in [nil, nil, "--push", "--pull"] {
      let refused = try ProgramRun(Binary.treemend, words + (option.map { [$0] } ?? []))
      #expect(refused.ending == .exited(42), "\(refused)")
    }
    try replicas.change("rm -r destination saved/.treemend; mv saved destination")
    #expect(try ProgramRun(Binary.treemend, words).ending == .exited(0))
    try expectEqual(replicas)
  }

  @Test(arguments: routes)
  func `a destination gathers from a source that is another one each time`(
    route: Replicas.Route
  ) throws {
    for night in 1...3 {
      try replicas.change(
        "rm -r source; mkdir source; for n in 1 2 3; do echo $n >source/\(night)$n; done")
      let run = try replicas.copy(route)
      #expect(run.ending == .exited(0), "\(run)")
      #expect(try hasDestination("11") && hasDestination("\(night)3"))
    }
  }

  @Test func `a place is no other place of the same name`() throws {
    try replicas.change(
      """
      mkdir -p one/copy two/copy
      for disk in one two; do (cd $disk; \(Binary.treemend) sync ../source copy); done
      """)
  }

  @Test(arguments: routes)
  func `a destination that has lost its state goes on`(route: Replicas.Route) throws {
    try #require(try replicas.copy(route).ending == .exited(0))
    try replicas.change("rm -r destination/.treemend; echo new >source/new")
    #expect(try replicas.copy(route).ending == .exited(0))
    try expectEqual(replicas)
  }

  @Test(
    arguments: [
      "rm source/*", "rm -r destination; mkdir destination", "rm -r source; mkdir source",
    ]
  )
  func `-n shows what follows where a guard stops the run`(command: String) throws {
    try #require(try replicas.copy().ending == .exited(0))
    try replicas.change(command)
    let before = try [replicas.source, replicas.destination].map { try TreeSnapshot($0) }
    for options in [["-nv", "--delete"], ["-nv"]] {
      let dry = try replicas.copy(.local, options)
      #expect(dry.ending == .exited(42) && dry.errorText.contains("hint:"), "\(dry)")
      #expect(options.count == 1 || !dry.text.isEmpty, "\(dry)")
    }
    let run = try replicas.copy(.local, ["--delete"])
    #expect(run.ending == .exited(42), "\(run)")
    #expect(
      run.errorText.contains(
        "if that is meant, a copy or sync with --force goes on; one with -n shows what follows"))
    #expect(try [replicas.source, replicas.destination].map { try TreeSnapshot($0) } == before)
    // The dry run has not had the guard forget what it guards.
    #expect(try replicas.copy(.local, ["--delete"]).ending == .exited(42))
  }

  @Test(arguments: [false, true])
  func `-n of sync shows what an emptied root would take away, and ends as the run would`(
    isSwapped: Bool
  ) throws {
    let roots = [replicas.source, replicas.destination]
    let words = ["sync", "--max-delete=100"] + (isSwapped ? roots.reversed() : roots)
    try #require(try ProgramRun(Binary.treemend, words).ending == .exited(0))
    try replicas.change("rm source/*")
    let dry = try ProgramRun(Binary.treemend, words + ["-nv"])
    #expect(dry.ending == .exited(42) && dry.text.contains("deleting file1.txt"), "\(dry)")
    #expect(dry.errorText.contains("is its disk mounted?"))
    #expect(try ProgramRun(Binary.treemend, words).ending == .exited(42))
  }

  @Test func `diff shows what an emptied root lacks`() throws {
    try #require(try replicas.copy().ending == .exited(0))
    try replicas.change("rm source/*")
    let run = try ProgramRun(Binary.treemend, "diff", replicas.source, replicas.destination)
    #expect(run.ending == .exited(43), "\(run)")
    #expect(run.text.contains("> file1.txt\n"))
    #expect(try ProgramRun(Binary.treemend, "ls", replicas.source).ending == .exited(42))
  }

  @Test func `a state kept elsewhere for another directory is refused`() throws {
    let state = "--state-dir=\(replicas.directory.appending("state"))"
    try #require(try replicas.copy(.local, [state]).ending == .exited(0))
    try replicas.change("mv source former; cp -a former source")
    #expect(try replicas.copy(.local, [state]).ending == .exited(42))
    let dry = try replicas.copy(.local, [state, "-n", "--stats"])
    #expect(dry.ending == .exited(42) && dry.text.contains("Replicas"), "\(dry)")
    #expect(try replicas.copy(.local, [state]).ending == .exited(42))
  }

  @Test(arguments: ["--exclude=*", "--exclude=/file*"])
  func `a root of which all is left out has not been emptied`(rule: String) throws {
    try #require(try replicas.copy().ending == .exited(0))
    let run = try replicas.copy(.local, [rule])
    #expect(run.ending == .exited(0), "\(run)")
    #expect(try ProgramRun(Binary.treemend, "ls", rule, replicas.source).ending == .exited(0))
    try expectEqual(replicas)
  }

  @Test func `the home directory is guarded where the environment does not name it`() throws {
    let home = try #require(getpwuid(getuid())).pointee.pw_dir
    // Nothing but its name is looked at if the guard should fail.
    let words = ["-n", "--exclude=*", replicas.source, String(cString: try #require(home))]
    for environment in [["PATH=/usr/bin:/bin"], ["PATH=/usr/bin:/bin", "HOME="]] {
      let run = try ProgramRun("env", ["-i"] + environment + [Binary.treemend] + words)
      #expect(run.ending == .exited(42), "\(run)")
      #expect(run.errorText.contains("is the home directory"))
    }
  }

  @Test(arguments: ["source", "source/no/such", "destination/state", "destination/../source/s"])
  func `a state that would travel with a root is refused`(place: String) throws {
    let state = "--state-dir=\(replicas.directory.appending(place))"
    for words in [[], ["sync"], ["diff"]] {
      let run = try ProgramRun(
        Binary.treemend, words + [state, replicas.source, replicas.destination])
      #expect(run.ending == .exited(1), "\(run)")
      #expect(run.errorText.contains("the state directory") && run.errorText.contains("hint:"))
    }
    let root = place.hasPrefix("destination/s") ? replicas.destination : replicas.source
    #expect(try ProgramRun(Binary.treemend, "root", state, root).ending == .exited(1))
    for replica in [replicas.source, replicas.destination] {
      #expect(try ProgramRun("find", replica, "-type", "d", "-mindepth", "1").text == "")
    }
  }
}
