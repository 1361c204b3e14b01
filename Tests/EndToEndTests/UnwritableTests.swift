import Glibc
import TestSupport
import Testing

/// Replicas that may be read, and not written.
@Suite struct UnwritableTests {
  private let replicas: Replicas

  init() throws {
    replicas = try Replicas(RandomTree(fileCount: 20, directoryCount: 3, seed: 8))
  }

  private func run(_ words: String..., under prefix: [String] = []) throws -> ProgramRun {
    let words = prefix + [Binary.treemend] + words
    return try ProgramRun(
      words[0], Array(words.dropFirst()),
      environment: ["XDG_STATE_HOME": replicas.directory.appending("state")])
  }

  /// Copies a source that may not be written to a destination, twice, and expects that the second
  /// run finds both equal.
  private func expectCopied(
    _ source: String, under prefix: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let copy = replicas.directory.appending("copy")
    let dry = try run("-n", source, copy, under: prefix)
    #expect(dry.ending == .exited(0), "\(dry)", sourceLocation: sourceLocation)
    #expect(try names(inDirectory: Array(copy.utf8)) == [], sourceLocation: sourceLocation)
    for _ in 0..<2 {
      let run = try run(source, copy, under: prefix)
      #expect(run.ending == .exited(0), "\(run)", sourceLocation: sourceLocation)
    }
    #expect(
      try TreeSnapshot(copy).differences(from: TreeSnapshot(source)) == [],
      sourceLocation: sourceLocation)
    let roots = try [source, copy].map { try run("root", "--state", $0, under: prefix).text }
    #expect(roots[0] == roots[1], sourceLocation: sourceLocation)
  }

  @Test(.enabled(if: Mount.isAllowed, "needs root to mount anything"))
  func `a replica that is mounted read-only can be copied`() throws {
    try #require(try replicas.copy().ending == .exited(0))
    try replicas.change(
      """
      echo new >source/new; mkdir source/.treemend/stage; echo left >source/.treemend/stage/left
      mkdir mount copy
      mount --bind source mount; mount -o remount,bind,ro mount
      """)
    defer { _ = try? ProgramRun("umount", "-l", replicas.directory.appending("mount")) }
    try expectCopied(replicas.directory.appending("mount"))
    try replicas.change("echo more >destination/more")
    for words in [["sync"], ["sync", "--push"]] {
      let refused = try ProgramRun(
        Binary.treemend, words + [replicas.directory.appending("mount"), replicas.destination])
      #expect(refused.ending == .exited(3), "\(refused)")
      #expect(refused.errorText.contains("may not be written"), "\(refused)")
      #expect(refused.errorText.contains("Read-only file system"), "\(refused)")
    }
  }

  @Test(
    .enabled(if: OrdinaryUser.isAvailable && geteuid() == 0, "needs root, and another user"),
    arguments: ["700", "755"])
  func `a replica of another user can be copied`(mode: String) throws {
    try #require(try replicas.copy().ending == .exited(0))
    try replicas.change(
      """
      chmod 755 .; find source -type d -exec chmod 755 {} +; find source -type f -exec chmod 644 {} +
      chmod \(mode) source/.treemend; mkdir copy state; chown 65534 copy state
      """)
    try expectCopied(replicas.source, under: OrdinaryUser.prefix)
  }

  @Test(.enabled(if: OrdinaryUser.isAvailable, "needs a user whom permission bits hold"))
  func `what cannot be read is not called equal`() throws {
    try #require(try replicas.copy().ending == .exited(0))
    try replicas.change("echo secret >source/secret")
    try #require(try replicas.copy().ending == .exited(0))
    try replicas.change("chmod 755 .; chmod 0 source/secret; touch source/secret")
    try OrdinaryUser.take(replicas.directory)
    for words in [["sync"], [], ["diff"]] {
      let words = words + [replicas.source, replicas.destination]
      let json = try ProgramRun(
        (OrdinaryUser.prefix + [Binary.treemend])[0],
        Array((OrdinaryUser.prefix + [Binary.treemend, "--json"] + words).dropFirst()))
      #expect(json.ending == .exited(23) && json.text.contains("\"equal\":false"), "\(json)")
    }
    let stats = try run(
      "--stats", replicas.source, replicas.destination, under: OrdinaryUser.prefix)
    #expect(stats.text.contains("equal but for what failed"), "\(stats)")
  }

  @Test(.enabled(if: OrdinaryUser.isAvailable && geteuid() == 0, "needs root, and another user"))
  func `a run by root does not lock a user out of the replica`() throws {
    try OrdinaryUser.take(replicas.directory)
    for run in 0..<3 {
      #expect(try replicas.copy().ending == .exited(0))
      let owners = try ProgramRun(
        "find", replicas.source, "\(replicas.destination)/.treemend", "-printf", "%U:%G ")
      #expect(Set(owners.text.split(separator: " ")) == ["65534:65534"], "\(owners)")
      // What it has copied is root's.
      try replicas.change(
        "find destination -name .treemend -prune -o -exec chown -h 65534:65534 {} +")
      let own = try self.run(
        "sync", replicas.source, replicas.destination, under: OrdinaryUser.prefix)
      #expect(own.ending == .exited(0), "\(own)")
      // The next one begins another index, and another stage.
      if run == 0 {
        try replicas.change(
          """
          head -c 5000 /dev/urandom | dd of=source/.treemend/index bs=1 seek=100 conv=notrunc status=none
          rm -rf destination/.treemend/stage
          """)
      }
    }
  }

  @Test(
    .enabled(if: OrdinaryUser.isAvailable && geteuid() == 0, "needs root, and another user"),
    arguments: [".treemend", ".treemend/index", ".treemend/lock", ".treemend/stage"])
  func `what of a state belongs to another user is named`(part: String) throws {
    try #require(try replicas.copy().ending == .exited(0))
    try OrdinaryUser.take(replicas.directory)
    try replicas.change("chmod -R u+rwX .; chown root destination/\(part); echo new >>source/new")
    for words in [["sync"], []] {
      let words = words + [replicas.source, replicas.destination]
      let run = try ProgramRun(
        (OrdinaryUser.prefix + [Binary.treemend] + words)[0],
        Array((OrdinaryUser.prefix + [Binary.treemend] + words).dropFirst()),
        environment: ["XDG_STATE_HOME": "/proc/none"])
      #expect(run.ending == .exited(3), "\(run)")
      #expect(run.errorText.contains("its '\(part)' belongs to root"), "\(run)")
    }
  }
}
