import TestSupport
import Testing

@Suite struct DeletionTests {
  let replicas: Replicas

  init() throws {
    var tree = RandomTree(fileCount: 40, directoryCount: 0, seed: 61)
    tree.hasOddities = false
    replicas = try Replicas(tree)
    try #require(try replicas.copy().ending == .exited(0))
  }

  private func hasDestination(_ name: String) throws -> Bool {
    try TreeSnapshot(replicas.destination).items.contains { $0.path == Array(name.utf8) }
  }

  @Test(arguments: [[], ["--delete"]])
  func `only --delete deletes`(options: [String]) throws {
    try replicas.change("rm source/file3.txt; mkdir destination/own; echo >destination/own/file")
    #expect(try replicas.copy(.local, options).ending == .exited(options.isEmpty ? 0 : 42))
    #expect(try replicas.copy(.local, options + ["--force"]).ending == .exited(0))
    #expect(try hasDestination("file3.txt") == options.isEmpty)
    #expect(try hasDestination("own/file") == options.isEmpty)
    if !options.isEmpty { try expectEqual(replicas) }
  }

  @Test func `rules that cannot be read are not none`() throws {
    try replicas.change("echo >destination/own")
    let command =
      "\(Binary.treemend) --delete --force --exclude-from=- source destination <&-"
    let run = try ProgramRun("sh", ["-c", command], directory: replicas.directory.path)
    #expect(run.ending == .exited(11), "\(run)")
    #expect(try hasDestination("own"))
  }

  @Test(
    arguments: [
      ("rm source/file?.txt", ["--max-delete=9"], 25),
      ("rm source/file?.txt", ["--max-delete=10"], 0),
      ("rm source/file?.txt", [], 0),
      ("rm source/file1*.txt source/file2*.txt source/file3?.txt", [], 25),
      ("rm source/file1*.txt source/file2*.txt source/file3?.txt", ["--force"], 25),
    ] as [(String, [String], Int32)])
  func `deletions beyond the limit are refused, all of them`(
    command: String, options: [String], status: Int32
  ) throws {
    let before = try TreeSnapshot(replicas.destination)
    try replicas.change(command)
    let dry = try replicas.copy(.local, ["-nv", "--delete"] + options)
    #expect(dry.ending == .exited(status), "\(dry)")
    #expect(dry.text.contains("deleting file1.txt\n"), "\(dry)")
    let run = try replicas.copy(.local, ["--delete"] + options)
    #expect(run.ending == .exited(status), "\(run)")
    #expect((try TreeSnapshot(replicas.destination) == before) == (status == 25))
  }

  @Test func `what both remember otherwise and is excluded stays as it is`() throws {
    try replicas.change("rm destination/file3.txt")
    let third = replicas.destination + "-third"
    #expect(try ProgramRun(Binary.treemend, [replicas.destination, third]).ending == .exited(0))
    try replicas.change("echo new >source/file4.txt")
    #expect(try replicas.copy(.local, ["--exclude=file3.txt"]).ending == .exited(0))
    #expect(try !hasDestination("file3.txt"))
    try replicas.change("cmp source/file4.txt destination/file4.txt")
    #expect(try replicas.copy().ending == .exited(0))
    try expectEqual(replicas)
  }

  @Test func `what is excluded is neither copied nor deleted`() throws {
    try replicas.change(
      "echo a >source/a.log; echo b >destination/b.log; mkdir destination/d; echo >destination/d/c.log"
    )
    #expect(
      try replicas.copy(.local, ["--delete", "--force", "--exclude=*.log"]).ending == .exited(0))
    #expect(try !hasDestination("a.log"))
    #expect(try hasDestination("b.log"))
    #expect(try hasDestination("d/c.log"))
  }

  @Test func `a change of the rules deletes nothing`() throws {
    try replicas.change("echo a >source/a.log; echo b >source/b.txt")
    try #require(try replicas.copy().ending == .exited(0))
    #expect(try replicas.copy(.local, ["--delete", "--exclude=*.log"]).ending == .exited(0))
    #expect(try hasDestination("a.log"))
  }

  @Test func `the first --delete into a full directory that is no replica is refused`() throws {
    let other = replicas.directory.appending("other")
    try replicas.change("mkdir other; echo mine >other/file")
    let run = try ProgramRun(Binary.treemend, "--delete", replicas.source, other)
    #expect(run.ending == .exited(42), "\(run)")
    #expect(try TreeSnapshot(other).items.count == 1)
    let forced = try ProgramRun(Binary.treemend, "--delete", "--force", replicas.source, other)
    #expect(forced.ending == .exited(0), "\(forced)")
    try expect(other, is: TreeSnapshot(replicas.source))
  }
}
