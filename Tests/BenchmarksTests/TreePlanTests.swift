import TestSupport
import Testing

@testable import bench

@Suite struct TreePlanTests {
  private static let plan = TreePlan(fileCount: 200_000, seed: 1)

  @Test func `the same parameters give the same tree`() {
    #expect(TreePlan(fileCount: 5_000, seed: 7) == TreePlan(fileCount: 5_000, seed: 7))
    #expect(TreePlan(fileCount: 5_000, seed: 7) != TreePlan(fileCount: 5_000, seed: 8))
  }

  @Test(arguments: [0, 1, 1_199, 5_000])
  func `a tree has as many files as it should`(count: Int) {
    let plan = TreePlan(fileCount: count, seed: 3)
    #expect(plan.fileCount == count)
    #expect(plan.folders.reduce(0) { $0 + $1.fileCount } == count)
  }

  @Test func `directories are as in real trees`() {
    let plan = Self.plan
    let mean = Double(plan.fileCount) / Double(plan.folders.count)
    #expect((42.0...50.0).contains(mean))
    let sorted = plan.folders.map(\.fileCount).sorted()
    #expect((15...25).contains(sorted[sorted.count / 2]))
    #expect(sorted[sorted.count - 1] >= TreePlan.crowdedFileCount)
    #expect(plan.folders.allSatisfy { (1...5).contains($0.depth) })
    #expect(Set(plan.folders.map(\.path)).count == plan.folders.count)
  }

  @Test func `a directory comes after the one that it is in`() {
    var seen: Set<Substring> = [""]
    for folder in Self.plan.folders {
      let parent = folder.path.lastIndex(of: "/").map { folder.path[..<$0] } ?? ""
      #expect(seen.contains(parent))
      seen.insert(folder.path[...])
    }
  }

  @Test(arguments: [0, 1, 45, 77_777, 199_999])
  func `a file's number leads to its directory`(number: Int) {
    let place = Self.plan.place(ofFile: number)
    #expect((0..<place.folder.fileCount).contains(place.number))
    let index = Self.plan.folders.firstIndex(of: place.folder)
    #expect(index.map { Self.plan.starts[$0] + place.number } == number)
  }

  @Test func `names in a directory are distinct`() {
    for folder in Self.plan.folders.prefix(50) {
      let names = Set((0..<folder.fileCount).map(folder.name(ofFile:)))
      #expect(names.count == folder.fileCount)
    }
  }
}
