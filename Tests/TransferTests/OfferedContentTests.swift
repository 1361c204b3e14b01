import FileSystem
import Glibc
import Replica
import TestSupport
import Testing
import Transfer

@Suite struct OfferedContentTests {
  let temporary: TemporaryDirectory
  let entry: Entry

  init() throws {
    temporary = try TemporaryDirectory()
    try makeFile(temporary.bytes / "f", content: largeContent)
    entry = Entry(
      path: try Path("f"), attributes: fileAttributes(largeContent),
      vector: VersionVector(ReplicaID(rawValue: 1)))
  }

  @Test func `parts and chunks are those of the file`() throws {
    let content = try opened()
    #expect(content.read(500..<70_000) == Array(largeContent[500..<70_000]))
    #expect(content.chunks()?.byteCount == 700_001)
    #expect(content.read(700_000..<700_002) == nil)
  }

  @Test func `a file that others take the place of is read on`() throws {
    let content = try opened()
    try makeFile(temporary.bytes / "g", content: [1, 2, 3])
    try #require(rename(temporary.appending("g"), temporary.appending("f")) == 0)
    #expect(content.read(500..<70_000) == Array(largeContent[500..<70_000]))
    #expect(content.chunks()?.byteCount == 700_001)
  }

  @Test func `a file that grows is read on as it was`() throws {
    let content = try opened()
    try requireSuccess("sh", "-c", "sleep 0.02; echo more >>f", in: temporary)
    #expect(content.read(500..<1000) == Array(largeContent[500..<1000]))
    #expect(content.chunks() == nil)
    var reader = ContentReader(try temporary.root())
    let grown = reader.open(entry, at: entry.path, .none)
    #expect(grown?.read(0..<10) == Array(largeContent[..<10]))
  }

  @Test(arguments: ["truncate -s 600000 f", "printf x | dd of=f conv=notrunc"])
  func `a file that is written to is not read on`(command: String) throws {
    let content = try opened()
    try requireSuccess("sh", "-c", "sleep 0.02; \(command) 2>/dev/null", in: temporary)
    #expect(content.read(500..<1000) == nil)
    #expect(content.chunks() == nil)
  }

  @Test func `a file that is no longer what it was is not opened`() throws {
    var reader = ContentReader(try temporary.root())
    let stamp = Stamp(of: try temporary.root().status(of: entry.path))
    try requireSuccess("sh", "-c", "printf x | dd of=f conv=notrunc 2>/dev/null", in: temporary)
    let changed = reader.open(entry, at: entry.path, stamp)
    let missing = reader.open(entry, at: try Path("none"), .unknown)
    #expect(changed == nil && missing == nil)
  }

  private func opened() throws -> OfferedContent {
    var reader = ContentReader(try temporary.root())
    let content = reader.open(entry, at: entry.path, .unknown)
    return try #require(content)
  }
}
