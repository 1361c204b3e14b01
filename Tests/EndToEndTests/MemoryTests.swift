import TestSupport
import Testing

@Suite(.serialized) struct MemoryTests {
  /// The peak of the initiator's memory while it copies a new tree, in bytes.
  private func peak(entryCount: Int) throws -> Int {
    var tree = RandomTree(
      fileCount: entryCount * 19 / 20, directoryCount: entryCount / 20, seed: 91)
    tree.largestByteCount = 2
    tree.hasOddities = false
    let replicas = try Replicas(tree, below: "/dev/shm")
    let run = try replicas.copy(.local, timeLimitSeconds: 280, measuresMemory: true)
    try #require(run.ending == .exited(0), "\(run)")
    return run.peakResidentByteCount
  }

  @Test(.timeLimit(.minutes(5)))
  func `memory does not grow with the number of files`() throws {
    let few = try peak(entryCount: 10_000)
    let many = try peak(entryCount: 200_000)
    #expect(Double(many) <= 1.5 * Double(few), "\(few >> 10) KiB, then \(many >> 10) KiB")
  }
}
