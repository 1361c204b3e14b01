import Chunks
import FileSystem
import Hashing
import Replica
import TestSupport
import Testing
import Transfer

@Suite struct ContentWriterTests {
  let temporary: TemporaryDirectory
  let content = Array("content".utf8)

  init() throws {
    temporary = try TemporaryDirectory()
  }

  @Test(arguments: [0o400, 0o640, 0o1755] as [UInt16])
  func `staged content has its mode and its time`(mode: UInt16) throws {
    var writer = try makeWriter()
    let wanted = fileAttributes(content, mode: mode)
    let staged = try writer.stage(content, wanted)
    let status = try writer.directory.status(of: name(of: staged))
    #expect(Attributes(of: status, try stagedDigest(name(of: staged))) == wanted)
  }

  @Test func `pieces are joined`() throws {
    var writer = try makeWriter()
    try writer.begin(fileAttributes(largeContent))
    try writer.write(Array(largeContent[..<300_000]))
    try writer.write([])
    try writer.write(Array(largeContent[300_000...]))
    let staged = try writer.finish()
    #expect(try stagedDigest(name(of: staged)) == digest(largeContent))
  }

  @Test(arguments: ["Content", "conten", "content!", ""])
  func `other content than announced leaves nothing in the stage`(text: String) throws {
    var writer = try makeWriter()
    expectMismatch { () throws(StagingFailure) in
      _ = try writer.stage(Array(text.utf8), fileAttributes(content))
    }
    #expect(try stagedNames() == [])
    let staged = try writer.stage(content, fileAttributes(content))
    #expect(try stagedNames() == [name(of: staged)])
  }

  @Test func `a link is what was announced, whatever was abandoned before it`() throws {
    var writer = try makeWriter()
    try writer.begin(fileAttributes(largeContent))
    try writer.write(Array(largeContent[..<1000]))
    writer.abandon()
    let wanted = Attributes.link(size: 7, modified: 5, digest: digest(content))
    let staged = try writer.stage(content, wanted)
    #expect(try writer.directory.readLink(name(of: staged)) == content)
    expectMismatch { () throws(StagingFailure) in _ = try writer.stage([0x61], wanted) }
    #expect(try stagedNames() == [name(of: staged)])
  }

  @Test func `the right content of the wrong size is refused`() throws {
    let wrong = Attributes.file(mode: 0o600, size: 8, modified: 0, digest: digest(content))
    var writer = try makeWriter()
    expectMismatch { () throws(StagingFailure) in _ = try writer.stage(content, wrong) }
    #expect(try stagedNames() == [])
  }

  @Test func `a file begun anew, or forgotten, leaves nothing of the one before`() throws {
    var writer = try makeWriter()
    try writer.begin(fileAttributes(largeContent))
    try writer.write(Array(largeContent[..<1000]))
    let staged = try writer.stage(content, fileAttributes(content))
    #expect(try stagedNames() == [name(of: staged)])
    try writer.begin(fileAttributes(largeContent))
    writer.abandon()
    writer.discard(staged)
    #expect(try stagedNames() == [])
    expectMismatch { () throws(StagingFailure) in _ = try writer.finish() }
  }

  @Test func `what is left of a file is found by the next run, and goes when it is whole`() throws {
    let file = Path(uncheckedKey: Array("large".utf8))
    var writer = try makeWriter()
    try writer.begin(fileAttributes(largeContent), resumableAt: file)
    try writer.write(Array(largeContent[..<400_000]))
    writer.leave()
    #expect(try stagedNames().count == 1)
    var next = try makeWriter()
    #expect(try next.partialNames(of: Path("other")) == [])
    guard let former = next.partialNames(of: file).first, let left = next.openPartial(former) else {
      Issue.record("nothing is left")
      return
    }
    let partial = Basis(left, at: nil, ChunkList())
    try next.begin(fileAttributes(largeContent), resumableAt: file)
    try next.write(400_000, of: partial, at: 0)
    try next.write(Array(largeContent[400_000...]))
    let staged = try next.finish()
    try next.removePartials(of: Path("other"))
    #expect(try stagedNames().count == 2)
    next.removePartials(of: file)
    #expect(try stagedNames() == [name(of: staged)])
    #expect(try stagedDigest(name(of: staged)) == digest(largeContent))
  }

  @Test func `of a file the longest that is left is kept, and of all files eight`() throws {
    var writer = try makeWriter()
    for (name, byteCount, longest) in [("a", 2, 2), ("a", 3, 3), ("a", 1, 3), ("b", 1, 1)] {
      try writer.begin(fileAttributes(largeContent), resumableAt: Path(name))
      try writer.write([UInt8](repeating: 1, count: byteCount))
      writer.leave()
      #expect(try leftByteCounts(of: name, by: writer) == [Int64(longest)])
    }
    #expect(try stagedNames().count == 2)
    for number in 0..<7 {
      try writer.begin(fileAttributes(largeContent), resumableAt: Path("c\(number)"))
      writer.leave()
    }
    #expect(try stagedNames().count == 8)
    #expect(try leftByteCounts(of: "a", by: writer) == [])
    writer.removePartials()
    #expect(try stagedNames() == [])
  }

  /// How long what is left of a file is.
  private func leftByteCounts(of name: String, by writer: borrowing ContentWriter) throws -> [Int64]
  {
    var byteCounts: [Int64] = []
    for partial in try writer.partialNames(of: Path(name)) {
      if let file = writer.openPartial(partial) { byteCounts.append(try file.status().size) }
    }
    return byteCounts
  }

  @Test(arguments: [(0, 5), (5, 5), (6, 20)] as [(Int64, Int64)])
  func `what is left of another version goes when more of this one is`(
    worth: Int64, kept: Int64
  ) throws {
    var writer = try makeWriter()
    try writer.begin(fileAttributes(largeContent), resumableAt: Path("a"))
    try writer.write([UInt8](repeating: 1, count: 20))
    writer.leave()
    let former = try #require(try writer.partialNames(of: Path("a")).first)
    writer.notePartial(former, worth: worth)
    try writer.begin(fileAttributes(largeContent), resumableAt: Path("a"))
    try writer.write([UInt8](repeating: 2, count: 5))
    writer.leave()
    #expect(try leftByteCounts(of: "a", by: writer) == [kept])
    #expect(try stagedNames().count == 1)
  }

  @Test func `a copy stops when the run is to, and what there is of it is left`() throws {
    try makeFile(temporary.bytes / "old", content: largeContent)
    let root = try temporary.root()
    var questionCount = 0
    var writer = ContentWriter(root: root, stage: try Stage(in: root.openDirectory(.root))) {
      questionCount += 1
      return questionCount > 1
    }
    let basis = Basis(try root.openFile(Path("old")), at: nil, ChunkList())
    try writer.begin(fileAttributes(largeContent), resumableAt: Path("large"))
    try writer.write(1000, of: basis, at: 0)
    #expect(throws: StagingFailure.self) { try writer.write(1000, of: basis, at: 1000) }
    writer.leave()
    #expect(try leftByteCounts(of: "large", by: writer) == [1000])
    #expect(ChunkList(reading: try root.openFile(Path("old")), isInterrupted: { true }) == nil)
  }

  @Test func `only a file that can be found again is left`() throws {
    var writer = try makeWriter()
    try writer.begin(fileAttributes(largeContent))
    try writer.write(Array(largeContent[..<1000]))
    writer.leave()
    try writer.begin(fileAttributes(largeContent), resumableAt: Path("large"))
    try writer.write(Array(largeContent[..<1000]))
    writer.abandon()
    #expect(try stagedNames() == [])
  }

  @Test(arguments: [0, 262_143, 262_144, 262_145])
  func `a file of the destination is copied`(byteCount: Int) throws {
    let content = Array(largeContent[..<byteCount])
    try makeFile(temporary.bytes / "f", content: content)
    var writer = try makeWriter()
    let staged = try writer.stage(copyOf: Path("f"), fileAttributes(content))
    let status = try writer.directory.status(of: name(of: staged))
    let found = Attributes(of: status, try stagedDigest(name(of: staged)))
    #expect(found == fileAttributes(content))
  }

  @Test(arguments: ["other", "none", "link", "directory"])
  func `what has other content, or none, is not copied`(name: String) throws {
    try makeFile(temporary.appending("other"), "CONTENT")
    try makeDirectory(temporary.bytes / "directory")
    try makeFile(temporary.appending("right"), "content")
    try temporary.root().openDirectory(.root).makeLink(
      Array("link".utf8), target: Array("right".utf8))
    var writer = try makeWriter()
    expectMismatch { () throws(StagingFailure) in
      _ = try writer.stage(copyOf: Path(uncheckedKey: Array(name.utf8)), fileAttributes(content))
    }
    #expect(try stagedNames() == [])
  }

  private func name(of staged: Staged) throws -> [UInt8] {
    guard case .alone(let name) = staged else { throw Unexpected() }
    return name
  }

  private struct Unexpected: Error {}

  private func makeWriter() throws -> ContentWriter {
    try temporary.makeWriter()
  }

  private func stagedNames() throws -> [[UInt8]] {
    try names(inDirectory: temporary.bytes / "stage")
  }

  private func stagedDigest(_ name: [UInt8]) throws -> Digest {
    let file = try temporary.root().openFile(Path("stage").appending(name))
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    let count = try file.read(into: &buffer)
    return digest(Array(buffer[..<count]))
  }

  private func expectMismatch(_ body: () throws(StagingFailure) -> Void) {
    do {
      try body()
      Issue.record("nothing was thrown")
    } catch {
      guard case .mismatch = error else {
        Issue.record("\(error)")
        return
      }
    }
  }
}
