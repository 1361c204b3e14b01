import Chunks
import Glibc
import Hashing
import Index
import Replica
import TestSupport
import Testing

/// What crosses the pipe for a file of 8 MB of which the destination has an older version.
@Suite struct LargeFileTests {
  struct Edit: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Run in the source.
    let command: String
    /// The most bytes of content that are sent, and of all both ways.
    let literalLimit: Int
    let pipeLimit: Int

    init(_ name: String, literal: Int, pipe: Int, _ command: String) {
      testDescription = name
      self.command = command
      literalLimit = literal
      pipeLimit = pipe
    }
  }

  static let edits = [
    Edit(
      "pages overwritten", literal: 20 * 4096, pipe: 20 * 4096 + 20_000,
      """
      for n in $(seq 20); do
        dd if=/dev/urandom of=f bs=4096 count=1 seek=$((n * 97)) conv=notrunc status=none
      done
      """),
    Edit(
      "one byte overwritten", literal: 4096, pipe: 12_000,
      "printf x | dd of=f bs=1 seek=5000000 conv=notrunc status=none"),
    Edit(
      "inserted at the front", literal: 65_536 + 100, pipe: 80_000,
      "(printf %0100d 7; cat f) >g; mv g f"),
    Edit(
      "cut from the middle", literal: 2 * 65_536, pipe: 150_000,
      "(head -c 3000000 f; tail -c 4000000 f) >g; mv g f"),
    Edit(
      "appended", literal: 104_096, pipe: 115_000, "head -c 100000 /dev/urandom >>f"),
    Edit(
      "every chunk touched, and a byte more", literal: 4_010_000, pipe: 4_060_000,
      """
      for n in $(seq 0 976); do
        printf %08d $n | dd of=f bs=8 seek=$((n * 1024)) conv=notrunc status=none
      done
      printf x >>f
      """),
    Edit("truncated", literal: 4096, pipe: 12_000, "truncate -s 5000000 f"),
    Edit(
      "halves swapped", literal: 2 * 65_536, pipe: 160_000,
      "(tail -c 4000000 f; head -c 4000000 f) >g; mv g f"),
    Edit(
      "written twice", literal: 65_536, pipe: 80_000, "cat f f >g; mv g f"),
    Edit(
      "moved and appended", literal: 165_536, pipe: 180_000,
      "mkdir d; mv f d/g; head -c 100000 /dev/urandom >>d/g"),
    Edit("zeroed", literal: 131_072, pipe: 140_000, "truncate -s 0 f; truncate -s 8000000 f"),
    Edit("emptied", literal: 0, pipe: 5000, "truncate -s 0 f"),
    Edit("replaced by a small file", literal: 3, pipe: 5000, "echo hi >f"),
  ]

  /// The same each time: how much of it changes with an edit depends on where it is cut.
  private static let content: [UInt8] = {
    var random = SplitMix(seed: 1)
    return random.bytes(8_000_000)
  }()

  @Test(arguments: edits, [true, false])
  func `only what changed inside is sent`(edit: Edit, isPush: Bool) throws {
    let replicas = try Replicas()
    try makeFile(Array("\(replicas.source)/f".utf8), content: Self.content)
    let route: Replicas.Route = isPush ? .push() : .pull()
    #expect(try replicas.summary(route).literalBytes == 8_000_000)
    try replicas.change("sleep 0.02; cd source; \(edit.command)")
    let run = try replicas.summary(route, ["--delete"])
    #expect(run.exit == 0)
    #expect(run.literalBytes <= edit.literalLimit)
    #expect(run.pipeBytes <= edit.pipeLimit)
    try expectEqual(replicas)
    #expect(replicas.stagedNames() == [])
  }

  @Test(arguments: [true, false])
  func `large files that change names in a circle are not sent`(isPush: Bool) throws {
    let replicas = try Replicas()
    let route: Replicas.Route = isPush ? .push() : .pull()
    try replicas.change("for n in 0 1 2; do head -c 40000000 /dev/urandom >source/log.$n; done")
    #expect(try replicas.summary(route).exit == 0)
    try replicas.change(
      "cd source; mv log.2 log.3; mv log.1 log.2; mv log.0 log.1; echo new >log.0")
    let rotated = try replicas.summary(route, ["--delete"])
    #expect(rotated.exit == 0 && rotated.literalBytes == 4, "\(rotated)")
    try replicas.change("cd source; mv log.1 x; mv log.3 log.1; mv x log.3")
    let swapped = try replicas.summary(route)
    #expect(swapped.exit == 0 && swapped.literalBytes == 0, "\(swapped)")
    try expectEqual(replicas)
    #expect(replicas.stagedNames() == [])
  }

  /// Both copies have no room beside both files, one has; what it replaces makes room for the other, which
  /// is sent then.
  @Test(.enabled(if: Mount.isAllowed, "needs root to mount a tmpfs"))
  func `what is replaced makes room`() throws {
    let replicas = try Replicas()
    let mount = try Mount(tmpfsOfByteCount: 50_000_000)
    try replicas.change("for n in a b; do head -c 15000000 /dev/urandom >source/$n; done")
    func copy() throws -> RunSummary {
      try RunSummary(
        lastLineOf: ProgramRun(
          Binary.treemend, ["--json", replicas.source, "\(mount.directory.path)/d"]))
    }
    #expect(try copy().exit == 0)
    try replicas.change("cd source; mv a x; mv b a; mv x b")
    let swapped = try copy()
    #expect(swapped.exit == 0 && swapped.literalBytes == 15_000_000, "\(swapped)")
    #expect(
      try TreeSnapshot("\(mount.directory.path)/d").differences(from: TreeSnapshot(replicas.source))
        == [])
  }

  @Test func `the old version is not read to be described, not even where it was made`() throws {
    let replicas = try Replicas()
    try replicas.change("head -c 8000000 /dev/urandom >source/f")
    #expect(try replicas.summary(.push()).exit == 0)
    try replicas.change("printf x | dd of=destination/f bs=1 seek=9 conv=notrunc status=none")
    // Back to where the file came from, whose chunks were kept when it was sent.
    let words = [
      "sync", "--json", replicas.source, replicas.destination,
    ]
    let run = try RunSummary(lastLineOf: ProgramRun(Binary.treemend, words))
    #expect(run.literalBytes <= 4096)
    try expectEqual(replicas)
  }

  @Test func `a file that is moved again and again is found each time`() throws {
    let replicas = try Replicas()
    try replicas.change("mkdir source/0; head -c 2000000 /dev/urandom >source/0/f")
    #expect(try replicas.summary(.push()).exit == 0)
    for number in 1..<6 {
      try replicas.change(
        """
        cd source; mkdir \(number); mv \(number - 1)/f \(number)/f; rmdir \(number - 1)
        head -c 1000 /dev/urandom >>\(number)/f
        """)
      let run = try replicas.summary(number % 2 == 0 ? .push() : .pull(), ["--delete"])
      #expect(run.exit == 0)
      #expect(run.literalBytes <= 70_000, "move \(number)")
    }
    try expectEqual(replicas)
  }

  @Test(arguments: [true, false])
  func `a file that was renamed before is found by what it is made of`(isPush: Bool) throws {
    let replicas = try Replicas()
    let route: Replicas.Route = isPush ? .push() : .pull()
    try replicas.change("head -c 2000000 /dev/urandom >source/f")
    #expect(try replicas.summary(route, ["--delete"]).exit == 0)
    try replicas.change("mv source/f source/g")
    #expect(try replicas.summary(route, ["--delete"]).literalBytes == 0)
    try replicas.change("cd source; (echo first; cat g) >h")
    let run = try replicas.summary(route, ["--delete"])
    #expect(run.literalBytes <= 70_000)
    try expectEqual(replicas)
  }

  @Test(arguments: [true, false])
  func `a file beyond the limit of the process fails alone`(isPush: Bool) throws {
    let replicas = try Replicas()
    try replicas.change("head -c 3000000 /dev/urandom >source/large; echo small >source/small")
    // In units of 512 bytes.
    let limited = try replicas.copy(
      isPush ? .push(.wrapped("sh -c 'ulimit -f 4000; exec \"$0\" \"$@\"'")) : .pull(),
      under: isPush ? [] : ["sh", "-c", "ulimit -f 4000; exec \"$0\" \"$@\""])
    #expect(limited.ending == .exited(11), "\(limited)")
    #expect(try ProgramRun("ls", replicas.destination).text == "small\n")
    try #require(try replicas.copy(isPush ? .push() : .pull()).ending == .exited(0))
    try expectEqual(replicas)
  }

  @Test(arguments: [true, false])
  func `a file that is moved is found, whatever is deleted with it`(isPush: Bool) throws {
    let replicas = try Replicas()
    let route: Replicas.Route = isPush ? .push() : .pull()
    // More than a batch of deletions before it, and behind.
    try replicas.change(
      """
      cd source; for n in $(seq 4200); do echo $n >e$n; echo $n >g$n; done
      head -c 2000000 /dev/urandom >f
      """)
    #expect(try replicas.summary(route).exit == 0)
    try replicas.change("cd source; rm e* g*; mkdir z; mv f z/g; head -c 1000 /dev/urandom >>z/g")
    let run = try replicas.summary(route, ["--delete", "--max-delete=9000"])
    #expect(run.exit == 0)
    #expect(run.literalBytes <= 70_000)
    try expectEqual(replicas)
  }

  @Test(arguments: [true, false], [true, false])
  func `chunks that are not the file's are found out, and forgotten`(
    isPush: Bool, isSourceWrong: Bool
  ) throws {
    let replicas = try Replicas()
    let route: Replicas.Route = isPush ? .push() : .pull()
    let old = Array(Self.content[..<2_000_000])
    var new = old
    new[1_000_000] ^= 1
    try makeFile(Array("\(replicas.source)/f".utf8), content: old)
    try replicas.change("cp source/f source/g")
    #expect(try replicas.summary(route).exit == 0)
    // The destination has a version of its own, and each end is done with its scan.
    try replicas.change("sleep 0.02; chmod 600 destination/f")
    try makeFile(Array("\(replicas.source)/f".utf8), content: new)
    try replicas.change("sleep 0.02")
    for root in [replicas.source, replicas.destination] {
      #expect(try ProgramRun(Binary.treemend, "root", root).ending == .exited(0))
    }
    // Either end takes one content for the other.
    let wrongRoot = isSourceWrong ? replicas.source : replicas.destination
    let (content, other) = isSourceWrong ? (new, old) : (old, new)
    let names = isSourceWrong ? ["f"] : ["f", "g"]
    var sha256 = SHA256()
    let digest = sha256.digest(of: content)
    try withIndex(of: wrongRoot) { index in
      for name in names {
        try index.keep(
          ChunkList(of: other), of: Path(uncheckedKey: Array(name.utf8)), digest)
      }
    }
    let misled = try replicas.summary(route)
    #expect(misled.exit == 0)
    #expect(misled.literalBytes >= 2_000_000)
    try expectEqual(replicas)
    try withIndex(of: wrongRoot) { index in
      let attributes = Attributes.file(
        mode: 0o644, size: Int64(content.count), modified: 0, digest: digest)
      let name = names[names.count - 1]
      let kept = try index.chunks(of: Path(uncheckedKey: Array(name.utf8)), attributes)
      #expect(kept == nil)
    }
  }

  private func withIndex(of root: String, _ body: (Index) throws -> Void) throws {
    let index = try Index(
      path: Array("\(root)/.treemend/index".utf8),
      newReplica: ReplicaID(rawValue: 1), syncs: false)
    try index.begin()
    try body(index)
    try index.commit()
  }

  @Test(arguments: [true, false])
  func `holes stay holes, in a first copy and in a later one`(isPush: Bool) throws {
    let replicas = try Replicas()
    let route: Replicas.Route = isPush ? .push() : .pull()
    try replicas.change(
      """
      cd source; truncate -s 50000000 f
      printf begin | dd of=f conv=notrunc status=none
      printf middle | dd of=f bs=1 seek=30000000 conv=notrunc status=none
      """)
    for _ in 0..<2 {
      let run = try replicas.summary(route)
      #expect(run.exit == 0)
      try expectEqual(replicas)
      let blocks = try ProgramRun("stat", "-c", "%b", "\(replicas.destination)/f")
      #expect(try #require(Int(blocks.text.dropLast())) <= 64)
      try replicas.change(
        "printf more | dd of=source/f bs=1 seek=40000000 conv=notrunc status=none")
    }
  }

  @Test func `many large files are put together in one run`() throws {
    let replicas = try Replicas()
    try replicas.change(
      "for n in $(seq 70); do head -c 1100000 /dev/urandom >source/f$n; done")
    #expect(try replicas.summary(.push()).exit == 0)
    try replicas.change(
      """
      sleep 0.02
      for n in $(seq 70); do
        printf x | dd of=source/f$n bs=1 seek=$((n * 10000)) conv=notrunc status=none
      done
      """)
    for route in [.push(), .pull()] as [Replicas.Route] {
      let run = try replicas.summary(route)
      #expect(run.exit == 0)
      #expect(run.literalBytes <= 70 * 4096)
      try expectEqual(replicas)
      try replicas.change("for f in source/f*; do printf y >>$f; done")
    }
  }

  @Test(.enabled(if: access("/dev/shm", W_OK) == 0, "needs a file system that takes such sizes"))
  func `files that claim more bytes together than a number holds are no trap`() throws {
    let replicas = try Replicas(below: "/dev/shm")
    try replicas.change("cd source; echo >first; truncate -s 9223372036854775807 second third")
    let dry = try replicas.copy(.local, ["-n", "--stats"])
    #expect(dry.ending == .exited(0), "\(dry)")
    let hashing = try RunningProgram(Binary.treemend, ["root", replicas.source])
    usleep(500_000)
    hashing.kill(SIGINT)
    let ended = try hashing.wait(timeLimitSeconds: 20)
    #expect(ended.ending == .exited(20), "\(ended)")
  }
}
