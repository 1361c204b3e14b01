import TestSupport
import Testing

@Suite struct ContentTests {
  @Test func `a renamed directory of 5,000 files sends no content`() throws {
    var tree = RandomTree(fileCount: 5000, directoryCount: 0, seed: 21)
    tree.largestByteCount = 300
    tree.hasOddities = false
    let replicas = try Replicas()
    try tree.build("\(replicas.source)/old")
    try replicas.change("mkdir source/kept; for i in $(seq 5100); do echo >source/kept/$i; done")
    try #require(try replicas.copy(.push()).ending == .exited(0))
    try replicas.change("mv source/old source/new")
    let second = try replicas.summary(.push(), ["--delete"])
    #expect(second.exit == 0)
    #expect(second.literalBytes == 0)
    try expectEqual(replicas)
  }

  @Test func `a destination made by cp sends no content`() throws {
    let replicas = try Replicas(RandomTree(fileCount: 300, directoryCount: 30, seed: 22))
    try replicas.change("cp -a source/. destination")
    let run = try replicas.summary(.push())
    #expect(run.exit == 0)
    #expect(run.equal)
    #expect(run.literalBytes == 0)
  }

  @Test func `the same size and time but another content is noticed`() throws {
    let replicas = try Replicas()
    try replicas.change("echo aaaa >source/file; touch -d @1000000000 source/file")
    try #require(try replicas.copy().ending == .exited(0))
    try replicas.change("echo bbbb >source/file; touch -d @1000000000 source/file")
    #expect(try replicas.summary().filesUpdated == 1)
    try expectEqual(replicas)
  }
}
