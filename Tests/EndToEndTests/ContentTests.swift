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

  @Test(arguments: [Replicas.Route.push(), .pull()])
  func `a file that is written to meanwhile is copied as far as it goes`(
    route: Replicas.Route
  ) throws {
    let replicas = try Replicas()
    try replicas.change("seq 100000 >source/large; echo 1 >source/log; echo x >source/file")
    try #require(try replicas.copy(route).ending == .exited(0))
    let words = ["-c", "n=0; while :; do n=$((n+1)); echo $n >>large; echo $n >>log; done"]
    let writer = try RunningProgram("sh", words, directory: replicas.source)
    for _ in 0..<3 {
      let run = try replicas.copy(route)
      #expect(run.ending == .exited(0), "\(run)")
      for name in ["large", "log"] {
        try replicas.change(
          """
          s=$(stat -c%s destination/\(name)); [ $s -gt 1 ]
          head -c $s source/\(name) | cmp - destination/\(name)
          """)
      }
    }
    writer.kill(9)
    _ = try writer.wait(timeLimitSeconds: 10)
    #expect(try replicas.copy(route).ending == .exited(0))
    try expectEqual(replicas)
  }
}
