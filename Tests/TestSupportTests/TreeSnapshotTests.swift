import TestSupport
import Testing

@Suite struct TreeSnapshotTests {
  static let changes = [
    "echo more >>file0.txt", "printf X | dd of=odd/-rf conv=notrunc status=none",
    "chmod g+w file0.txt", "chmod 700 odd/empty", "touch -d @1.000000001 file0.txt",
    "touch -h -d @5 odd/link0", "rm file0.txt", "mkdir odd/empty/new", "rmdir odd/empty",
    "ln -sfn elsewhere odd/link0; touch -h -d @1700000000.123456789 odd/link0",
    "mv file0.txt file0.text", "mkfifo pipe",
    "rm file0.txt; mkdir file0.txt", "rm file0.txt; ln -s odd file0.txt",
  ]

  @Test(arguments: changes)
  func `every kind of change is a difference`(change: String) throws {
    let directory = try TemporaryDirectory()
    let tree = directory.appending("tree")
    try RandomTree(fileCount: 1, directoryCount: 0, seed: 1).build(tree)
    let before = try TreeSnapshot(tree)
    let keepTime = "time=$(stat -c %y odd/-rf)"
    let run = try ProgramRun(
      "sh", ["-ec", "\(keepTime); \(change); touch -d \"$time\" odd/-rf"], directory: tree)
    try #require(run.ending == .exited(0), "\(run)")
    let after = try TreeSnapshot(tree)
    #expect(before != after)
    #expect(before.differences(from: after) != [])
  }

  @Test(arguments: ["mkdir .treemend; echo x >.treemend/index", "touch odd; touch ."])
  func `state and times of directories are no difference`(change: String) throws {
    let directory = try TemporaryDirectory()
    try RandomTree(fileCount: 3, directoryCount: 1, seed: 1).build(directory.path)
    let before = try TreeSnapshot(directory.path)
    try requireSuccess("sh", "-ec", change, in: directory)
    #expect(before == (try TreeSnapshot(directory.path)))
  }

  @Test func `a copy by cp is equal, and other names for a directory do not matter`() throws {
    let directory = try TemporaryDirectory()
    let tree = directory.appending("tree")
    try RandomTree(fileCount: 200, directoryCount: 20, seed: 2).build(tree)
    try requireSuccess("cp", "-a", tree, directory.appending("copy"))
    let copy = try TreeSnapshot(directory.appending("copy/../copy/"))
    #expect(try TreeSnapshot(tree).differences(from: copy) == [])
    #expect(copy.items.count == 200 + 20 + 1 + RandomTree.oddNames.count + 6 + 3)
  }

  @Test func `the same seed gives the same tree, and another one another`() throws {
    let trees = try ([3, 3, 4] as [UInt64]).map { seed in
      let directory = try TemporaryDirectory()
      try RandomTree(fileCount: 30, directoryCount: 5, seed: seed).build(directory.path)
      return try TreeSnapshot(directory.path)
    }
    #expect(trees[0] == trees[1])
    #expect(trees[0] != trees[2])
  }
}
