import Chunks
import Glibc
import Hashing
import Replica
import TestSupport
import Testing

@testable import Transfer

@Suite struct PartedContentTests {
  let temporary: TemporaryDirectory
  private static let content = {
    var random = SplitMix(seed: 3)
    return random.bytes(60_000_000)
  }()

  init() throws {
    temporary = try TemporaryDirectory()
    try makeFile(temporary.bytes / "f", content: Self.content)
  }

  private func opened(former: ChunkList? = nil) throws -> PartedContent? {
    var reader = ContentReader(try temporary.root())
    return reader.parts(at: try Path("f"), former: former)
  }

  @Test(arguments: [nil, ChunkList(of: Array(content[7...9_000_000] + content[9_500_000...]))])
  func `the parts are the chunks, and end with the digest`(former: ChunkList?) throws {
    let parts = try #require(try opened(former: former))
    defer { parts.stop() }
    var chunks = ChunkList()
    var count = 0
    while true {
      switch parts.next(isInterrupted: { false }) {
      case .part(let part):
        #expect(part.count > 0)
        chunks.append(chunksOf: part)
        count += 1
      case .end(let digest, let all):
        var sha256 = SHA256()
        var chunker = Chunker()
        chunker.append(Self.content.span)
        #expect(all == chunker.finish() && chunks == all)
        #expect(digest == sha256.digest(of: Self.content))
        #expect(parts.status.size == Int64(Self.content.count))
        return
      case .failed:
        Issue.record("failed behind part \(count)")
        return
      }
    }
  }

  @Test(arguments: [
    "truncate -s 50000000 f", "printf x | dd of=f conv=notrunc status=none",
    "touch -d 2020-01-01 f",
  ])
  func `a file that is written to comes to no end`(command: String) throws {
    let root = try temporary.root()
    let path = try Path("f")
    let file = try root.openFile(path)
    let status = try root.status(of: path)
    let content = OfferedContent(file, status, byteCount: status.size)
    // Before the first is read of it, or behind that: it makes no difference.
    try requireSuccess("sh", "-c", "sleep 0.02; \(command)", in: temporary)
    let parts = PartedContent(content, status, former: nil)
    while case .part = parts.next(isInterrupted: { false }) {}
    guard case .failed = parts.next(isInterrupted: { false }) else {
      Issue.record("a content that nobody had")
      return
    }
  }

  @Test func `a file that grows is what it held, if that is not overwritten meanwhile`() throws {
    let root = try temporary.root()
    let path = try Path("f")
    let file = try root.openFile(path)
    let status = try root.status(of: path)
    let content = OfferedContent(file, status, byteCount: status.size)
    var sha256 = SHA256()
    let digest = sha256.digest(of: Self.content)
    #expect(content.surelyHeld(digest) { false })
    try requireSuccess("sh", "-c", "sleep 0.02; echo more >>f", in: temporary)
    let parts = PartedContent(content, status, former: nil)
    while case .part = parts.next(isInterrupted: { false }) {}
    guard case .end(digest, _) = parts.next(isInterrupted: { false }) else {
      Issue.record("what it held is not taken")
      return
    }
    #expect(content.surelyHeld(digest) { false })
    #expect(!content.surelyHeld(digest) { true })
    // As if that had come between two parts.
    try requireSuccess("sh", "-c", "printf x | dd of=f conv=notrunc status=none", in: temporary)
    #expect(!content.surelyHeld(digest) { false })
  }

  @Test func `a thread that is ahead waits, and goes on`() throws {
    let root = try temporary.root()
    let path = try Path("f")
    let file = try root.openFile(path)
    let status = try root.status(of: path)
    let parts = PartedContent(
      OfferedContent(file, status, byteCount: status.size), status, former: nil,
      aheadByteCount: 1)
    var byteCounts: [Int64] = []
    while case .part(let part) = parts.next(isInterrupted: { false }) {
      byteCounts.append(part.byteCount)
      // It has time enough for all the rest.
      usleep(50_000)
    }
    let chunks = ChunkList(of: Self.content)
    var cutter = PartCutter()
    var ends: [Int64] = []
    for chunk in 0..<chunks.count where cutter.endsPart(after: chunks.fingerprints[chunk]) {
      ends.append(chunks.bytes(of: chunk).upperBound)
    }
    if ends.last != status.size { ends.append(status.size) }
    var end: Int64 = 0
    let found = byteCounts.map { byteCount in
      end += byteCount
      return end
    }
    #expect(found == ends && ends.count > 1)
  }

  @Test func `who is interrupted waits for no part`() throws {
    let parts = try #require(try opened())
    parts.stop()
    while case .part = parts.next(isInterrupted: { true }) {}
    guard case .failed = parts.next(isInterrupted: { true }) else {
      Issue.record("a content that was given up")
      return
    }
  }

  @Test func `what is no large file is not opened`() throws {
    for command in ["truncate -s 1048575 f", "rm f; ln -s /etc/passwd f", "rm f", "mkdir f"] {
      try requireSuccess("sh", "-c", command, in: temporary)
      #expect(try opened() == nil, "\(command)")
    }
  }
}
