import TestSupport
import Testing

/// F3, F14, F15 and F17: disks that are set back, stamp coarsely, hold strange times or are gone.
@Suite(.serialized, .enabled(if: LoopDisk.isAvailable, "needs root and a loop device"))
struct DiskTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Runs a shell command in the directory.
  private func shell(_ command: String) throws {
    try requireSuccess("sh", "-ec", command, in: directory)
  }

  private func path(_ name: String) -> String { directory.appending(name) }

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
    _ a: String, _ b: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let difference = try ProgramRun(
      "diff", "-r", "--no-dereference", "-x", ".treemend", "-x", "lost+found", a, b)
    #expect(difference.ending == .exited(0), "\(difference)", sourceLocation: sourceLocation)
  }

  private func contents(_ root: String) throws -> Set<String> {
    let run = try ProgramRun(
      "find", root, "-path", "*/.treemend", "-prune", "-o", "-type", "f", "-exec", "cat", "{}", "+")
    return Set(run.text.split(separator: "\n").map(String.init))
  }

  @Test(arguments: [false, true])
  func `a disk that was set back to an earlier image loses and deletes nothing`(
    isLookedAt: Bool
  ) throws {
    let disk = try LoopDisk(in: directory)
    let (a, b) = ("\(disk.path)/a", path("b"))
    try shell("mkdir \(a) b; cd \(a); echo old >edited; echo gone >deleted; echo kept >kept")
    try shell("cd \(a); mkdir d; echo sub >d/kept; echo subgone >d/deleted")
    try sync(a, b)
    try disk.unmount()
    try shell("cp image earlier")
    try disk.mount()
    try shell("cd \(a); echo new >edited; rm deleted d/deleted; echo created >created")
    try shell("cd \(a); echo subcreated >d/created")
    try sync(a, b)
    try disk.unmount()
    try shell("cp earlier image")
    try disk.mount()
    try shell("cd \(a); echo other >edited; echo since >since")
    if isLookedAt { try shell("\(Binary.treemend) status \(a) >looked") }
    let run = try sync(a, b)
    #expect(run.text.contains("*deleting   created") == false)
    try sync(a, b)
    try expectEqual(a, b)
    let left = try contents(a)
    #expect(
      left.isSuperset(of: ["new", "other", "created", "since", "kept", "sub", "subcreated"]),
      "\(left)")
  }

  @Test(.enabled(if: LoopDisk.canBeXFS, "needs mkfs.xfs"))
  func `a disk that comes back as another device is the same, and so are deletions on it`()
    throws
  {
    let disk = try LoopDisk(xfsIn: directory)
    let (a, b) = ("\(disk.path)/a", path("b"))
    try shell("mkdir \(a) b; echo one >\(a)/one; echo two >\(a)/two; echo three >\(a)/three")
    try sync(a, b)
    let device = try ProgramRun("stat", "-c", "%d", a).text
    try disk.changeDevice()
    try #require(try ProgramRun("stat", "-c", "%d", a).text != device)
    try shell("rm \(a)/one")
    try sync(a, b)
    try expectEqual(a, b)
    #expect(try contents(b) == ["two", "three"])
  }

  @Test(.enabled(if: Mount.canShareBlocks, "needs mkfs.btrfs"))
  func `a snapshot that is written to is another replica, and neither loses an edit`() throws {
    let disk = try Mount.sharingBlocks()
    let (a, c) = (disk.directory.appending("a"), disk.directory.appending("c"))
    let (b, d) = (path("b"), path("d"))
    try shell("btrfs subvolume create \(a); mkdir b d; echo one >\(a)/f")
    try sync(a, b)
    try shell("btrfs subvolume snapshot \(a) \(c); echo a >\(a)/f; echo c >\(c)/f")
    // The two never meet, nor anybody who has met the other.
    try sync(a, b)
    try sync(c, d)
    try sync(b, d)
    try expectEqual(b, d)
    #expect(try contents(b) == ["a", "c"])
  }

  @Test func `an edit that leaves the size and the whole second as they are is seen`() throws {
    let disk = try LoopDisk(in: directory, "-I", "128")
    let (a, b) = ("\(disk.path)/a", path("b"))
    try shell("mkdir \(a) b; echo 0 >\(a)/f")
    for number in 1...6 {
      try sync(a, b)
      try shell("echo \(number) >\(a)/f")
      try sync(a, b)
      #expect(try contents(b) == ["\(number)"])
    }
  }

  @Test func `a name that comes within the same whole second as others is seen`() throws {
    let disk = try LoopDisk(in: directory, "-I", "128")
    let (a, b) = ("\(disk.path)/a", path("b"))
    try shell("mkdir -p \(a)/d b")
    for number in 1...6 {
      try sync(a, b)
      try shell("echo \(number) >\(a)/d/\(number)")
      try sync(a, b)
      #expect(try contents(b) == Set((1...number).map(String.init)))
    }
  }

  @Test(arguments: [
    "1901-12-13 20:45:53", "1969-12-31 23:59:59.5", "1970-01-01", "2038-01-19 03:14:08.123456789",
    "2106-02-07 06:28:17", "2262-04-11 23:47:16",
  ])
  func `any time that a disk holds travels both ways`(time: String) throws {
    let disk = try LoopDisk(in: directory)
    let (a, b) = ("\(disk.path)/a", "\(disk.path)/b")
    try shell(
      """
      mkdir \(a) \(b)
      echo here >\(a)/here; echo there >\(b)/there; touch -d '\(time) UTC' \(a)/here \(b)/there
      """)
    try sync(a, b)
    for name in ["here", "there"] {
      let times = try [a, b].map { try ProgramRun("stat", "-c", "%.9Y", "\($0)/\(name)").text }
      #expect(times[0] == times[1])
    }
    // An edit is newer whatever the clock says.
    try shell("echo edited >\(b)/here; touch -d '1930-01-01 UTC' \(b)/here")
    #expect(try !sync(a, b).text.contains("conflict"))
    #expect(try contents(a) == ["edited", "there"])
    #expect(try sync(a, b, "-i").text.isEmpty)
  }

  @Test(arguments: [false, true])
  func `a disk that takes no writes can be copied, and forgets nothing`(hasFailed: Bool) throws {
    let disk = try LoopDisk(in: directory, "-e", "remount-ro")
    let (a, b, c) = ("\(disk.path)/a", path("b"), path("c"))
    try shell("mkdir \(a) b c home; echo one >\(a)/one; mkdir \(a)/d; echo two >\(a)/d/two")
    try sync(a, b)
    try shell("echo three >\(a)/three; rm b/one")
    if hasFailed { try disk.fail() } else { try shell("mount -o remount,ro \(disk.path)") }
    let home = ["HOME": path("home"), "XDG_STATE_HOME": ""]
    for arguments in [["-n", a, c], [a, c], [a, c], ["diff", a, c], ["ls", a]] {
      let run = try ProgramRun(Binary.treemend, arguments, environment: home)
      #expect(run.ending == .exited(0), "\(arguments): \(run)")
    }
    try expectEqual(a, c)
    for arguments in [
      ["sync", a, b], ["sync", b, a], ["sync", "-n", a, b], ["sync", "--push", a, b], [b, a],
    ] {
      let run = try ProgramRun(Binary.treemend, arguments, environment: home)
      #expect(run.ending == .exited(3), "\(arguments): \(run)")
      #expect(run.errorText.contains("may not be written"), "\(arguments): \(run)")
    }
    #expect(try contents(b) == ["two"])
    guard !hasFailed else { return }
    try shell("mount -o remount,rw \(disk.path)")
    let run = try ProgramRun(Binary.treemend, ["sync", a, b], environment: home)
    #expect(run.ending == .exited(0), "\(run)")
    #expect(try contents(a) == ["two", "three"])
    try expectEqual(a, b)
  }

  @Test func `a disk that is not mounted is no deletion`() throws {
    let disk = try LoopDisk(in: directory)
    let b = path("b")
    try shell("mkdir b; cd \(disk.path); rmdir lost+found; echo one >one; mkdir d; echo two >d/two")
    try sync(disk.path, b)
    try sync(b, disk.path)
    try disk.unmount()
    for ends in [(disk.path, b), (b, disk.path), (disk.path, b)] {
      let run = try sync(ends.0, ends.1, status: 42)
      #expect(run.errorText.contains("is its disk mounted?"))
    }
    #expect(try contents(b) == ["one", "two"])
    try disk.mount()
    try sync(disk.path, b)
    try expectEqual(disk.path, b)
  }

  @Test func `what is left of a run that was cut makes room where there is none`() throws {
    let disk = try LoopDisk(in: directory)
    let (a, b) = (path("a"), "\(disk.path)/b")
    try shell("mkdir a \(b)")
    let free = try #require(
      Int(try ProgramRun("stat", "-f", "-c", "%a", disk.path).text.filter(\.isNumber)))
    let blockSize = try #require(
      Int(try ProgramRun("stat", "-f", "-c", "%S", disk.path).text.filter(\.isNumber)))
    let byteCount = free * blockSize / 10
    try shell("head -c \(7 * byteCount) /dev/urandom >a/large")
    let cut = try StandInShell(.cutUpstream(afterByteCount: 6 * byteCount), in: directory).path
    let first = try ProgramRun(Binary.treemend, ["-e", cut, a, "host:\(b)"])
    #expect(first.ending == .exited(12), "\(first)")
    let partial = "\(b)/.treemend/stage/partial-*"
    // The far end may still be saving what has come.
    try shell("flock \(b)/.treemend/lock true; test $(stat -c %s \(partial)) -gt \(3 * byteCount)")
    // Another file needs the room.
    try shell("rm a/large; head -c \(6 * byteCount) /dev/urandom >a/other")
    let second = try ProgramRun(Binary.treemend, [a, b])
    #expect(second.ending == .exited(11), "\(second)")
    try shell("! ls \(partial)")
    let third = try ProgramRun(Binary.treemend, [a, b])
    #expect(third.ending == .exited(0), "\(third)")
    try expectEqual(a, b)
  }

  @Test func `what is mounted over a directory hides it and deletes nothing`() throws {
    let (a, b) = (path("a"), path("b"))
    try shell("mkdir a b; mkdir a/m; echo below >a/m/below; echo one >a/one")
    try sync(a, b)
    let disk = try LoopDisk(in: directory)
    try shell("mount --bind \(disk.path) a/m")
    defer { _ = try? ProgramRun("umount", "-l", "\(a)/m") }
    try shell("echo changed >b/m/below; echo two >a/two")
    #expect(try sync(a, b, "--json").text.contains(#""code":"mounted""#))
    #expect(try contents(b) == ["changed", "one", "two"])
    #expect(try ProgramRun("ls", disk.path).text == "lost+found\n")
    try shell("umount a/m")
    try sync(a, b)
    try expectEqual(a, b)
    #expect(try contents(a) == ["changed", "one", "two"])
  }

  @Test func `a part of the same file system that is mounted in a tree is no part of the tree`()
    throws
  {
    let (a, b) = (path("a"), path("b"))
    try shell("mkdir a b other; mkdir a/m; echo in >other/in; echo one >a/one; : >a/f; echo f >f")
    try shell("mount --bind other a/m; mount --bind f a/f")
    defer { for at in ["m", "f"] { _ = try? ProgramRun("umount", "-l", "\(a)/\(at)") } }
    #expect(try sync(a, b, "--json").text.contains(#""code":"mounted""#))
    #expect(try contents(b) == ["one"])
    try shell("umount a/m a/f")
    try sync(a, b)
    try expectEqual(a, b)
    // A root may be one itself.
    try shell("mkdir r; mount --bind a r")
    defer { _ = try? ProgramRun("umount", "-l", path("r")) }
    #expect(try ProgramRun(Binary.treemend, ["diff", path("r"), b]).ending == .exited(0))
  }

  @Test func `a file system of whole seconds keeps what it was given`() throws {
    let coarse = try Mount(ext4With: ["-I", "128"])
    let (a, b) = (path("a"), coarse.directory.appending("b"))
    try shell("mkdir a \(b); echo one >a/one; echo two >a/two; ln -s one a/link")
    try shell("touch -h -d '2024-02-03 04:05:07.123456789' a/*")
    try sync(a, b)
    let before = try ProgramRun("stat", "-c", "%n %y", "\(a)/one", "\(a)/two").text
    #expect(try sync(a, b, "-i").text.isEmpty)
    #expect(try ProgramRun("stat", "-c", "%n %y", "\(a)/one", "\(a)/two").text == before)
    try shell("echo theirs >\(b)/one; rm a/two; echo three >a/three; touch -d @1 a/link -h")
    try sync(a, b)
    #expect(try contents(a) == ["theirs", "three"])
    try expectEqual(a, b)
    // An older file put back is a later change, and no conflict.
    try shell("echo restored >a/one; touch -d 2020-01-01 a/one")
    let restored = try sync(a, b, "--conflict=newest")
    #expect(!restored.errorText.contains("conflict"))
    #expect(try contents(b) == ["restored", "three"])
    #expect(try sync(a, b, "-i").text.isEmpty)
  }
}
