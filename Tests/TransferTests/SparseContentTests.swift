import Chunks
import FileSystem
import Replica
import TestSupport
import Testing
import Transfer

@Suite struct SparseContentTests {
  let temporary: TemporaryDirectory

  init() throws {
    temporary = try TemporaryDirectory()
  }

  @Test(arguments: 0..<20)
  func `a content with zeros in it is as it was, and has holes`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    var content: [UInt8] = []
    for _ in 0..<12 {
      let count = Int(random.next() % 30_000)
      content +=
        random.next() % 2 == 0
        ? [UInt8](repeating: 0, count: count)
        : (0..<count).map { _ in UInt8(1 + random.next() % 255) }
    }
    let name = try write(content, inPiecesOf: 1 + Int(random.next() % 20_000))
    #expect(try contents(of: name) == content)
    let zeroPageCount = stride(from: 0, to: content.count - 4095, by: 4096).count {
      content[$0..<($0 + 4096)].allSatisfy { $0 == 0 }
    }
    let pageCount = (content.count + 4095) / 4096
    #expect(try allocatedByteCount(of: name) <= (pageCount - zeroPageCount) * 4096)
  }

  @Test func `a content of zeros takes no room, and has its length`() throws {
    let content = [UInt8](repeating: 0, count: 1_000_001)
    let name = try write(content, inPiecesOf: 65_536)
    #expect(try contents(of: name) == content)
    #expect(try allocatedByteCount(of: name) <= 4096)
  }

  @Test(arguments: [0, 1, 4096, 5000, 100_000, 262_144, 699_999] as [Int64])
  func `ranges of another file are appended`(offset: Int64) throws {
    try expectAppended(from: offset, in: temporary)
  }

  @Test(.enabled(if: Mount.canShareBlocks, "needs root and btrfs"))
  func `whole blocks of another file are shared`() throws {
    let mount = try Mount.sharingBlocks()
    for offset in [0, 1, 4096, 5000, 100_000] as [Int64] {
      let name = try expectAppended(from: offset, in: mount.directory)
      try requireSuccess("sync", "-f", mount.directory.path)
      let extents = try ProgramRun(
        "/usr/sbin/filefrag", ["-v", "\(mount.directory.path)/stage/\(name)"]
      ).text
      #expect(extents.contains("shared") == (offset % 4096 == 0), "\(extents)")
    }
  }

  @Test func `a range that another file has not, or that is not there yet, is a mismatch`() throws {
    for basis in [try basis(in: temporary), nil] {
      var writer = try temporary.makeWriter()
      try writer.begin(fileAttributes(largeContent))
      try writer.write(Array("abc".utf8))
      #expect(throws: StagingFailure.self) { try writer.write(10, of: basis, at: 699_995) }
      #expect(throws: StagingFailure.self) { _ = try writer.finish() }
    }
  }

  @Test func `a range of the content itself is appended`() throws {
    let part = Array(largeContent[..<5000])
    var writer = try temporary.makeWriter()
    try writer.begin(fileAttributes(part + [0, 0] + part[10...] + [0, 0]))
    try writer.write(part + [0, 0])
    try writer.write(4992, of: nil, at: 10)
    guard case .alone(let name) = try writer.finish() else { throw Unexpected() }
    #expect(try contents(of: String(decoding: name, as: UTF8.self)).count == 9994)
  }

  /// Puts a content together from what is written, a part of another file from `offset` on, and more
  /// that is written; returns its name in the stage.
  @discardableResult
  private func expectAppended(
    from offset: Int64, in directory: TemporaryDirectory
  ) throws -> String {
    let head = Array(largeContent[..<4096])
    let middle = Array(largeContent[Int(offset)...])
    let tail = Array("the end".utf8)
    var writer = try directory.makeWriter()
    try writer.begin(fileAttributes(head + middle + tail))
    try writer.write(head)
    try writer.write(Int64(middle.count), of: basis(in: directory), at: offset)
    try writer.write(tail)
    guard case .alone(let name) = try writer.finish() else { throw Unexpected() }
    return String(decoding: name, as: UTF8.self)
  }

  private func basis(in directory: TemporaryDirectory) throws -> Basis {
    try makeFile(directory.bytes / "old", content: largeContent)
    return Basis(try directory.root().openFile(Path("old")), at: nil, ChunkList())
  }

  private func write(_ content: [UInt8], inPiecesOf byteCount: Int) throws -> String {
    var writer = try temporary.makeWriter()
    try writer.begin(fileAttributes(content))
    for start in stride(from: 0, to: content.count, by: byteCount) {
      try writer.write(Array(content[start..<min(content.count, start + byteCount)]))
    }
    guard case .alone(let name) = try writer.finish() else { throw Unexpected() }
    return String(decoding: name, as: UTF8.self)
  }

  private struct Unexpected: Error {}

  private func contents(of name: String) throws -> [UInt8] {
    let file = try temporary.root().openFile(Path("stage/\(name)"))
    var buffer = [UInt8](repeating: 1, count: 2 << 20)
    let count = try file.read(into: &buffer)
    return Array(buffer[..<count])
  }

  private func allocatedByteCount(of name: String) throws -> Int {
    let run = try ProgramRun("stat", "-c", "%b", "\(temporary.path)/stage/\(name)")
    return 512 * (Int(run.text.prefix { $0 != "\n" }) ?? .max / 512)
  }
}
