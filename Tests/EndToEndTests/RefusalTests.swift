import Glibc
import TestSupport
import Testing

@Suite struct RefusalTests {
  let replicas: Replicas

  init() throws {
    replicas = try Replicas(RandomTree(fileCount: 40, directoryCount: 5, seed: 41))
  }

  @Test(arguments: ["source", "destination"])
  func `a second run at once is refused while the first has either replica`(
    which: String
  ) throws {
    try #require(try replicas.copy().ending == .exited(0))
    try RandomTree(fileCount: 3000, directoryCount: 5, seed: 1).build("\(replicas.source)/more")
    let first = try RunningProgram(Binary.treemend, try replicas.words(for: .local))
    try #require(waitForLock(inDirectory: "\(replicas.directory.path)/\(which)/.treemend"))
    first.kill(SIGSTOP)
    let second = try replicas.copy(timeLimitSeconds: 10)
    #expect(second.ending == .exited(41), "\(second)")
    first.kill(SIGCONT)
    let ended = try first.wait()
    #expect(ended.ending == .exited(0), "\(ended)")
    try expectEqual(replicas)
  }

  @Test func `two runs that wait for each other come to their ends`() throws {
    try #require(try replicas.copy().ending == .exited(0))
    let pairs = [
      [replicas.source, replicas.destination], [replicas.destination, replicas.source],
    ]
    for _ in 0..<4 {
      let runs = try pairs.map { try RunningProgram(Binary.treemend, ["sync", "--wait=60"] + $0) }
      for run in runs {
        let ended = try run.wait(timeLimitSeconds: 50)
        #expect(ended.ending == .exited(0), "\(ended)")
      }
    }
  }

  @Test func `a killed run leaves no lock`() throws {
    let first = try RunningProgram(Binary.treemend, try replicas.words(for: .local))
    try #require(waitForLock(inDirectory: "\(replicas.destination)/.treemend"))
    first.kill()
    _ = try first.wait()
    // The far end may take a moment longer to be gone.
    #expect(try replicas.copy(.local, ["--wait=10"]).ending == .exited(0))
    try expectEqual(replicas)
  }

  @Test(
    arguments: [
      ("find source -mindepth 1 -maxdepth 1 -not -name .treemend -exec rm -rf {} +", [42]),
      ("rm -rf source; mkdir source", [42, 25]),
    ] as [(String, Set<Int32>)])
  func `an emptied source empties nothing`(command: String, statuses: Set<Int32>) throws {
    try #require(try replicas.copy().ending == .exited(0))
    let before = try TreeSnapshot(replicas.destination)
    try replicas.change(command)
    let run = try replicas.copy(.local, ["--delete"])
    #expect(statuses.contains(run.exitStatus ?? -1), "\(run)")
    try expect(replicas.destination, is: before)
  }

  @Test(.enabled(if: SmallFileSystem.isAvailable, "only root can mount a small disk"))
  func `a full disk leaves every path old or new`() throws {
    let disk = try SmallFileSystem(over: replicas.destination, byteCount: 4 << 20)
    try withExtendedLifetime(disk) {
      try #require(try replicas.copy().ending == .exited(0))
      let old = try TreeSnapshot(replicas.destination).items
      try replicas.change("head -c 8000000 /dev/urandom >source/big; echo new >source/fresh")
      let run = try replicas.copy()
      #expect(run.ending == .exited(11), "\(run)")
      let new = Set(try TreeSnapshot(replicas.source).items)
      let now = try TreeSnapshot(replicas.destination).items
      #expect(now.filter { !new.contains($0) && !old.contains($0) } == [])
      #expect(Set(now.map(\.path)).isSuperset(of: old.map(\.path)))

      try replicas.change("rm source/big")
      #expect(try replicas.copy(.local, ["--delete"]).ending == .exited(0))
      try expectEqual(replicas)
    }
  }

  @Test(.enabled(if: OrdinaryUser.isAvailable, "the program cannot be run as another user"))
  func `what cannot be read is reported, kept at the destination, and the rest is done`() throws {
    try replicas.change("mkdir -p source/secret; echo x >source/secret/file; echo y >source/gone")
    try OrdinaryUser.take(replicas.directory)
    try #require(try replicas.copy(under: OrdinaryUser.prefix).ending == .exited(0))
    try replicas.change("chmod 0 source/secret; rm source/gone; echo new >source/fresh")
    let run = try replicas.copy(.local, ["--delete", "--json"], under: OrdinaryUser.prefix)
    try replicas.change("chmod 755 source/secret")
    #expect(run.ending == .exited(23), "\(run)")
    #expect(run.text.contains(#""code":"unreadable""#))
    let kept = try ProgramRun("ls", replicas.destination, "\(replicas.destination)/secret").text
    #expect(kept.contains("fresh\n"))
    #expect(!kept.contains("gone\n"))
    #expect(kept.hasSuffix("secret:\nfile\n"))
  }

  @Test func `a link in the place of a directory leads nowhere`() throws {
    try replicas.change(
      """
      mkdir outside source/d source/d/deep; echo canary >outside/file; mkdir outside/deep
      echo other >source/d/file; echo more >source/d/deep/file
      ln -s ../outside destination/d
      """)
    let outside = replicas.directory.appending("outside")
    let before = try TreeSnapshot(outside)
    let run = try replicas.copy(.push(), ["--delete", "--force"])
    #expect([0, 23].contains(run.exitStatus), "\(run)")
    try expect(outside, is: before)
    try replicas.change("rm -r source/d; rm -rf destination/d; ln -s ../outside destination/d")
    _ = try replicas.copy(.push(), ["--delete", "--force"])
    try expect(outside, is: before)
  }

  @Test(arguments: [Replicas.Route.local, .push(), .pull()])
  func `what a FIFO is in the way of is a failure`(route: Replicas.Route) throws {
    try replicas.change("echo x >source/new; mkfifo destination/new; mkfifo source/fifo")
    let run = try replicas.copy(route, ["-v"])
    #expect(run.ending == .exited(23), "\(run)")
    #expect(
      run.errorText.contains("new: cannot come: something that stays is in its way"), "\(run)")
    try replicas.change("rm destination/new")
    #expect(try replicas.copy(route).ending == .exited(0))
  }

  @Test(.enabled(if: OrdinaryUser.isAvailable, "needs a user whom permission bits hold"))
  func `what fails is not counted as done`() throws {
    try replicas.change("rm -rf source/* destination/*; echo x >source/open; echo y >source/closed")
    try OrdinaryUser.take(replicas.directory)
    try replicas.change("chmod 0 source/closed; chmod 755 .")
    let run = try replicas.copy(.push(), ["--json"], under: OrdinaryUser.prefix)
    #expect(run.ending == .exited(23), "\(run)")
    #expect(run.text.contains("\"files_copied\":1,"), "\(run)")
  }

  @Test func `a state elsewhere is no way around a run that changes the tree`() throws {
    let state = "--state-dir=\(replicas.directory.appending("state"))"
    try replicas.change(
      "head -c 3000000 /dev/urandom >source/large; for n in $(seq 300); do echo $n >source/$n; done"
    )
    let words = [replicas.source, replicas.destination]
    let run = try RunningProgram(Binary.treemend, ["--bwlimit=1M"] + words)
    try #require(waitForLock(inDirectory: "\(replicas.destination)/.treemend"))
    try replicas.change(
      "for n in $(seq 200); do ls destination/.treemend/stage/* >/dev/null 2>&1 && exit; sleep 0.02; done; exit 1"
    )
    let root = try ProgramRun(Binary.treemend, ["root", state, replicas.destination])
    #expect(root.ending == .exited(0), "\(root)")
    let second = try ProgramRun(Binary.treemend, [state] + words)
    #expect(second.ending == .exited(41), "\(second)")
    let ended = try run.wait(timeLimitSeconds: 60)
    #expect(ended.ending == .exited(0), "\(ended)")
    try expectEqual(replicas)
  }
}
