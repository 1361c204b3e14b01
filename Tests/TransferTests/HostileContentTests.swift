import Chunks
import FileSystem
import Hashing
import Replica
import TestSupport
import Testing
import Transfer
import Wire

/// What is put together from other than what it should be is not staged.
@Suite struct HostileContentTests {
  let temporary: TemporaryDirectory
  /// Something is inserted, something is overwritten in place, and the rest is the old content.
  private static let new: [UInt8] = {
    var content = largeContent
    content[600_000] ^= 1
    return Array(content[..<100_000]) + [UInt8](repeating: 7, count: 40_000) + content[100_000...]
  }()

  init() throws {
    temporary = try TemporaryDirectory()
  }

  @Test func `content beyond what was asked for is a mismatch`() throws {
    for surplus in [[0], largeContent] as [[UInt8]] {
      var rebuild = try makeRebuild()
      rebuild.tamper = { _, content in content += surplus }
      try expectMismatch(rebuild)
    }
    // Even if it comes when all is there.
    var rebuild = try makeRebuild()
    var random = SplitMix(seed: 1)
    var writer = try temporary.makeWriter()
    var rebuilder = try rebuild.run(by: &writer, using: &random)
    #expect(rebuilder.isComplete)
    rebuilder.write([0], by: &writer)
    #expect(isMismatch(rebuilder.failure))
  }

  @Test(arguments: [0, 2, .max] as [Int64])
  func `a link of another length than was announced is a mismatch`(size: Int64) throws {
    var writer = try temporary.makeWriter()
    let attributes = Attributes.link(size: size, modified: 1, digest: Self.digest(of: [0x74]))
    do {
      _ = try writer.stage([0x74], attributes)
      Issue.record("it was staged")
    } catch {
      #expect(isMismatch(error))
    }
  }

  private static func digest(of bytes: [UInt8]) -> Digest {
    var sha256 = SHA256()
    return sha256.digest(of: bytes)
  }

  @Test func `content that was not asked for is a mismatch`() throws {
    var writer = try temporary.makeWriter()
    try writer.begin(fileAttributes(Self.new))
    for isAskedFor in [false, true] {
      var rebuilder = Rebuilder(try makeRebuild().recipe, from: [try temporary.basis(largeContent)])
      if isAskedFor { _ = rebuilder.nextRequest() }
      rebuilder.write([0], by: &writer)
      #expect(isMismatch(rebuilder.failure))
    }
    writer.abandon()
    #expect(try temporary.stagedCount() == 0)
  }

  @Test(arguments: [1, 1000, .max])
  func `too little content is not staged`(byteCount: Int) throws {
    var rebuild = try makeRebuild()
    rebuild.tamper = { _, content in content.removeLast(min(byteCount, content.count)) }
    try expectMismatch(rebuild, isComplete: false)
  }

  @Test(arguments: 0..<8)
  func `other content is not staged`(bit: Int) throws {
    var rebuild = try makeRebuild()
    rebuild.tamper = { _, content in
      if !content.isEmpty { content[bit * (content.count - 1) / 7] ^= 1 << UInt8(bit) }
    }
    try expectMismatch(rebuild)
  }

  @Test func `parts of the content in another order are not staged`() throws {
    var rebuild = try makeRebuild()
    rebuild.tamper = { _, content in content.reverse() }
    try expectMismatch(rebuild)
  }

  @Test func `pages that are said to be equal, and are not, are not staged`() throws {
    var rebuild = try makeOverwritten()
    rebuild.tamper = { answer, content in
      answer = PageDifferences(answer.flags.map { _ in false })
      content = []
    }
    try expectMismatch(rebuild)
  }

  @Test func `pages that are said to differ, and do not, are taken`() throws {
    var rebuild = try makeOverwritten()
    let gap = try #require(rebuild.recipe.gaps.first).range
    let bytes = Array(rebuild.new[Int(gap.lowerBound)..<Int(gap.upperBound)])
    rebuild.tamper = { answer, content in
      answer = PageDifferences(answer.flags.map { _ in true })
      content = bytes
    }
    var random = SplitMix(seed: 1)
    var writer = try temporary.makeWriter()
    try rebuild.run(by: &writer, using: &random)
    #expect(try temporary.content(of: writer.finish()) == rebuild.new)
  }

  @Test func `an answer of another length, or that nobody waits for, is refused`() throws {
    let overwritten = try makeOverwritten()
    var rebuilder = Rebuilder(overwritten.recipe, from: overwritten.bases)
    #expect(throws: Malformed.order) { try rebuilder.take(PageDifferences([])) }
    let pageCount = rebuilder.nextRequest().gaps.reduce(0) { $0 + $1.count }
    try #require(pageCount > 1)
    for count in [0, pageCount - 1, pageCount + 1, 16_384] {
      var misled = rebuilder
      #expect(throws: Malformed.count) {
        try misled.take(PageDifferences([Bool](repeating: true, count: count)))
      }
    }
    try rebuilder.take(PageDifferences([Bool](repeating: true, count: pageCount)))
    #expect(throws: Malformed.order) { try rebuilder.take(PageDifferences([])) }
  }

  @Test func `an old content that has been written to since is not staged`() throws {
    for piece in try makeRebuild().recipe.copied where piece.origin == .basis(0) {
      let first = Int(piece.start)
      let last = first + piece.range.count - 1
      var other = largeContent
      other[last] ^= 1
      for changed in [other, Array(largeContent[..<last]), Array(largeContent[..<first])] {
        let rebuild = try makeRebuild()
        try makeFile(temporary.bytes / "old", content: changed)
        try expectMismatch(rebuild)
      }
    }
  }

  @Test func `the chunks of another content are of no use`() throws {
    let rebuild = try Rebuild(
      Self.new,
      from: [try temporary.basis(largeContent.reversed(), chunks: ChunkList(of: largeContent))])
    try expectMismatch(rebuild)
  }

  @Test(arguments: SplitMix.seeds)
  func `whatever is changed on the way, nothing else is staged`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    for _ in 0..<60 {
      let trial = RebuildTrial.random(100_000, using: &random)
      let bases = try trial.olds.enumerated().map { number, old in
        try temporary.basis(old.bytes, "old\(number)")
      }
      var rebuild = try Rebuild(trial.new.bytes, from: bases)
      var tampering = SplitMix(seed: random.next())
      rebuild.tamper = { Self.tamper(&$0, &$1, using: &tampering) }
      var writer = try temporary.makeWriter()
      do {
        if let failure = try rebuild.run(by: &writer, using: &random).failure { throw failure }
        let staged = try writer.finish()
        #expect(try temporary.content(of: staged) == rebuild.new, "seed \(seed): \(trial)")
        writer.discard(staged)
      } catch is StagingFailure {
        writer.abandon()
      } catch is Malformed {
        writer.abandon()
      }
      #expect(try temporary.stagedCount() == 0, "seed \(seed): \(trial)")
    }
  }

  /// Changes something about an answer, or the content behind it, or nothing.
  private static func tamper(
    _ answer: inout PageDifferences, _ content: inout [UInt8], using random: inout SplitMix
  ) {
    let place = random.below(content.count + 1)
    switch random.below(8) {
    case 0: content.removeSubrange(place...)
    case 1: content.insert(UInt8(random.below(256)), at: place)
    case 2: if place < content.count { content[place] ^= 1 << UInt8(random.below(8)) }
    case 3: content = Array(content[place...] + content[..<place])
    case 4: answer = PageDifferences(answer.flags.map { $0 != (random.below(4) == 0) })
    case 5: answer = PageDifferences(answer.flags + [true])
    case 6: answer = PageDifferences(answer.flags.reversed())
    default: break
    }
  }

  private func isMismatch(_ failure: StagingFailure?) -> Bool {
    if case .mismatch = failure { true } else { false }
  }

  private func makeRebuild() throws -> Rebuild {
    let rebuild = try Rebuild(Self.new, from: [temporary.basis(largeContent)])
    try #require(rebuild.recipe.gaps.count > 1 && rebuild.recipe.copied.count > 1)
    return rebuild
  }

  /// One with a gap in place.
  private func makeOverwritten() throws -> Rebuild {
    var new = largeContent
    new[300_000] ^= 1
    let rebuild = try Rebuild(new, from: [temporary.basis(largeContent)])
    try #require(rebuild.recipe.gaps.count == 1)
    return rebuild
  }

  /// Expects that a content is not staged, and that the next one is.
  private func expectMismatch(_ rebuild: Rebuild, isComplete: Bool = true) throws {
    var rebuild = rebuild
    var random = SplitMix(seed: 1)
    var writer = try temporary.makeWriter()
    do {
      let rebuilder = try rebuild.run(by: &writer, using: &random)
      // Whatever went wrong, all that came has been counted.
      #expect(rebuilder.isComplete == isComplete)
      if let failure = rebuilder.failure { throw failure }
      _ = try writer.finish()
      Issue.record("nothing was thrown")
    } catch StagingFailure.mismatch {
      writer.abandon()
    }
    #expect(try temporary.stagedCount() == 0)
    let staged = try writer.stage(largeContent, fileAttributes(largeContent))
    #expect(try temporary.content(of: staged) == largeContent)
    writer.discard(staged)
  }
}
