import Chunks
import FileSystem
import Replica
import TestSupport
import Testing
import Transfer
import Wire

/// A content is put together as it is at the source, whatever there was before.
@Suite struct RebuilderTests {
  let temporary: TemporaryDirectory

  init() throws {
    temporary = try TemporaryDirectory()
  }

  @Test(arguments: SplitMix.seeds)
  func `a content is put together from any old ones and what is sent`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    for number in 0..<60 {
      let trial = RebuildTrial.random(number % 10 == 9 ? 2_000_000 : 200_000, using: &random)
      let order = random.next()
      guard let flaw = Self.flaw(trial, order) else { continue }
      let smallest = shrunk(trial, by: \.smaller) { Self.flaw($0, order) != nil }
      Issue.record(
        """
        seed \(seed), order \(order): \(flaw)
        smallest: \(smallest), \(Self.flaw(smallest, order) ?? "")
        """)
      return
    }
  }

  @Test(arguments: [true, false])
  func `pages are described in vain until the first answer`(areAlike: Bool) throws {
    let byteCount: Int64 = 40 * Recipe.maximumGapByteCount
    try requireSuccess("truncate", "-s", "\(byteCount)", "old", in: temporary)
    let file = try temporary.root().openFile(Path("old"))
    let recipe = Recipe([], byteCount: byteCount + 1, formerByteCount: byteCount)
    var rebuilder = Rebuilder(recipe, from: [Basis(file, at: nil, ChunkList())])
    let first = rebuilder.nextRequest()
    let second = rebuilder.nextRequest()
    #expect(first.gaps.allSatisfy { !$0.isEmpty } && second.gaps.allSatisfy { !$0.isEmpty })
    var flags = [Bool](repeating: true, count: first.gaps.reduce(0) { $0 + $1.count })
    if areAlike { flags[9] = false }
    try rebuilder.take(PageDifferences(flags))
    let third = rebuilder.nextRequest()
    #expect(third.gaps.allSatisfy { $0.isEmpty != areAlike })
    #expect(third.gaps.count == (areAlike ? 8 : 41 - 16))
  }

  /// What is wrong with how a content is put together; nil if nothing is.
  private static func flaw(_ trial: RebuildTrial, _ order: UInt64) -> String? {
    var random = SplitMix(seed: order)
    do {
      let temporary = try TemporaryDirectory()
      let bases = try trial.olds.enumerated().map { number, old in
        let content = old.bytes
        let known = random.below(2) == 0 ? ChunkList(of: content) : nil
        return try temporary.basis(content, "old\(number)", chunks: known)
      }
      let new = trial.new.bytes
      var writer = try temporary.makeWriter()
      var rebuild = try Rebuild(new, from: bases)
      let rebuilder = try rebuild.run(by: &writer, using: &random)
      guard rebuilder.isComplete else { return "it is not complete" }
      if let failure = rebuilder.failure { return "\(failure)" }
      let staged = try writer.finish()
      guard try temporary.content(of: staged) == new else { return "another content" }
      guard rebuild.sentByteCount + rebuilder.copiedByteCount == new.count else {
        return "\(rebuild.sentByteCount) sent and \(rebuilder.copiedByteCount) copied"
      }
      let isLarge = new.count >= ChunkList.keptByteCount
      guard writer.takeChunks() == (isLarge ? ChunkList(of: new) : nil) else {
        return "other chunks"
      }
      writer.discard(staged)
      return try temporary.stagedCount() == 0 ? nil : "something is left in the stage"
    } catch {
      return "\(error)"
    }
  }

  @Test func `the smallest trial that fails is found`() {
    var random = SplitMix(seed: 3)
    let trial = RebuildTrial(
      olds: [.random(90_000, using: &random), .random(90_000, using: &random)],
      new: [Stretch(stream: 5, start: 0, count: 60_000), Stretch(stream: 6, start: 9, count: 800)])
    let smallest = shrunk(trial, by: \.smaller) {
      $0.new.contains { $0.stream == 5 && $0.count >= 1000 }
    }
    #expect(smallest.new == [Stretch(stream: 5, start: 0, count: 1000)] && smallest.olds == [])
  }

  @Test func `more gaps than a request may have are asked for in several`() throws {
    let old = Array(largeContent[..<50_000])
    var new = old
    for place in stride(from: 0, to: new.count, by: 20) { new[place] ^= 0xff }
    let copied = stride(from: 10, to: new.count, by: 20).map { start in
      Recipe.CopiedRange(
        range: Int64(start)..<Int64(start + 10), origin: .basis(0), start: Int64(start))
    }
    let recipe = Recipe(copied, byteCount: 50_000, formerByteCount: 40_000)
    var rebuild = Rebuild(new, by: recipe, from: [try temporary.basis(old)])
    try expectRebuilt(&rebuild)
    #expect(rebuild.gapCounts == [1024, 1024, 452])
    // In the gaps that cross no page, no page is the same.
    #expect(rebuild.sentByteCount <= 25_000)
  }

  @Test func `only pages that differ are sent of what is in place`() throws {
    var new = largeContent
    new[300_000] ^= 1
    var rebuild = try Rebuild(new, from: [try temporary.basis(largeContent)])
    try expectRebuilt(&rebuild)
    #expect((1...4096).contains(rebuild.sentByteCount))
  }

  @Test(arguments: [0, 5000, 700_000])
  func `pages that are not there any more are sent`(byteCount: Int) throws {
    let basis = try temporary.basis(largeContent)
    try makeFile(temporary.bytes / "old", content: Array(largeContent[..<byteCount]))
    let recipe = Recipe([], byteCount: 700_001, formerByteCount: 700_001)
    var rebuild = Rebuild(largeContent, by: recipe, from: [basis])
    try expectRebuilt(&rebuild)
    #expect(rebuild.sentByteCount == Int64(700_001 - byteCount / 4096 * 4096))
  }

  @Test func `of an equal content, or an empty one, nothing is asked for`() throws {
    for content in [largeContent, []] {
      var rebuild = try Rebuild(content, from: [try temporary.basis(largeContent)])
      try expectRebuilt(&rebuild)
      #expect(rebuild.gapCounts == [0] && rebuild.sentByteCount == 0)
    }
  }

  @Test func `an old content whose name is gone is copied`() throws {
    let basis = try temporary.basis(largeContent)
    try temporary.root().openDirectory(.root).removeFile(Array("old".utf8))
    var rebuild = try Rebuild(largeContent, from: [basis])
    try expectRebuilt(&rebuild)
    #expect(rebuild.sentByteCount == 0)
  }

  @Test func `more pages than a request may have are asked for in several`() throws {
    // Pages as large as may be, in eight gaps that are as long as may be, and one more.
    let content = [UInt8](repeating: 0, count: 64 << 20 + 1)
    var new = content
    new[64 << 20] = 1
    let recipe = Recipe(
      [], byteCount: Int64(new.count), formerByteCount: Int64(content.count))
    let basis = try temporary.basis(content, chunks: ChunkList())
    var rebuild = Rebuild(new, by: recipe, from: [basis])
    try expectRebuilt(&rebuild)
    #expect(rebuild.gapCounts == [8, 1] && rebuild.sentByteCount == 1)
  }

  @Test func `a content that failed comes to its end, and nothing is written of it`() throws {
    var new = largeContent
    new[300_000] ^= 1
    let recipe = try Rebuild(new, from: [try temporary.basis(largeContent)]).recipe
    var writer = try temporary.makeWriter()
    var rebuilder = Rebuilder(recipe, from: [try temporary.basis(largeContent)])
    let pageCount = rebuilder.nextRequest().gaps.reduce(0) { $0 + $1.count }
    rebuilder.attempt { () throws(StagingFailure) in throw .mismatch }
    try writer.begin(fileAttributes([1, 2]))
    try writer.write([1])
    try rebuilder.take(PageDifferences([Bool](repeating: true, count: pageCount)))
    rebuilder.copy(by: &writer)
    for gap in recipe.gaps {
      #expect(!rebuilder.isComplete)
      rebuilder.write([UInt8](repeating: 0, count: gap.range.count), by: &writer)
    }
    #expect(rebuilder.isComplete)
    try writer.write([2])
    #expect(try temporary.content(of: writer.finish()) == [1, 2])
  }

  private func expectRebuilt(_ rebuild: inout Rebuild) throws {
    var random = SplitMix(seed: 1)
    var writer = try temporary.makeWriter()
    let rebuilder = try rebuild.run(by: &writer, using: &random)
    #expect(rebuilder.isComplete && rebuilder.failure == nil)
    let staged = try writer.finish()
    #expect(try temporary.content(of: staged) == rebuild.new)
    #expect(rebuild.sentByteCount + rebuilder.copiedByteCount == rebuild.new.count)
  }
}
