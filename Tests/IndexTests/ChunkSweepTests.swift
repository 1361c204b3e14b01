import Chunks
import Hashing
import Replica
import TestSupport
import Testing

@testable import Index

/// Chunks that no file has any more are forgotten in the end.
@Suite struct ChunkSweepTests {
  private static let vector = VersionVector(IndexFile.replica)

  private static func path(_ number: Int) -> Path {
    Path(uncheckedKey: Array("d\0".utf8) + [UInt8(number)])
  }

  private static func chunks(_ number: Int) -> ChunkList {
    ChunkList([UInt64(number)])
  }

  private static func file(_ number: Int) -> Attributes {
    chunks(number).attributes(Digest(repeating: UInt8(number)))
  }

  /// An index of these entries, each by the number in its path.
  private static func index(of entries: [Int: Attributes]) throws -> Index {
    let recorded = entries.sorted { $0.key < $1.key }.map { number, attributes in
      Recorded(
        entry: Entry(path: path(number), attributes: attributes, vector: vector), stamp: .none)
    }
    let index = try Index.temporary()
    try index.write(recorded)
    return index
  }

  /// Keeps the chunks of files with these numbers.
  private static func keep(_ numbers: Range<Int>, in index: Index) throws {
    for number in numbers {
      try index.keep(chunks(number), of: path(number), file(number).digest)
    }
  }

  /// The numbers of which chunks are kept.
  private static func kept(in index: Index) throws -> [Int] {
    try (1..<256).filter { number in
      try index.chunks(of: path(number), file(number)) == chunks(number)
    }
  }

  /// The numbers of the files that are found by their chunks.
  private static func found(in index: Index) throws -> [Int] {
    try (1..<256).filter { number in
      try index.paths(like: chunks(number).sketch, limit: 1) == [path(number)]
    }
  }

  @Test func `chunks stay whose file is there with that content`() throws {
    var entries = Dictionary(uniqueKeysWithValues: (1..<41).map { ($0, Self.file($0)) })
    entries[2] = .tombstone(deleted: 1)
    entries[3] = .directory(mode: 0o755)
    entries[4] = Self.file(5)
    entries[5] = .link(
      size: Self.file(5).size, modified: 0, digest: Self.file(5).digest)
    entries[6] = nil
    let index = try Self.index(of: entries)
    try Self.keep(1..<51, in: index)
    #expect(try Self.kept(in: index) == Array(1..<51))
    // What has gone is not found, even before it is swept.
    #expect(try Self.found(in: index) == [1] + Array(7..<41))
    try index.sweepChunks()
    #expect(try Self.kept(in: index) == [1] + Array(7..<41))
    #expect(try Self.found(in: index) == [1] + Array(7..<41))
    #expect(try index.sketchCount() == 35)
  }

  @Test func `nothing is swept before a half is likely to go`() throws {
    let index = try Self.index(of: [1: Self.file(1), 2: Self.file(2), 3: Self.file(3)])
    try Self.keep(1..<33, in: index)
    try index.sweepChunks()
    #expect(try Self.kept(in: index).count == 32)
    try Self.keep(33..<34, in: index)
    try index.sweepChunks()
    #expect(try Self.kept(in: index) == [1, 2, 3])
    try Self.keep(4..<39, in: index)
    try index.sweepChunks()
    #expect(try Self.kept(in: index).count == 38)
    try Self.keep(39..<40, in: index)
    try index.sweepChunks()
    #expect(try Self.kept(in: index) == [1, 2, 3])
  }

  @Test func `in an index without files nothing stays`() throws {
    let index = try Self.index(of: [:])
    try Self.keep(1..<51, in: index)
    try index.sweepChunks()
    #expect(try Self.kept(in: index) == [])
  }

  @Test(arguments: ["digest = x'01'", "digest = NULL", "digest = 7", "list = NULL"])
  func `damaged rows are swept, or are of no use`(change: String) throws {
    let index = try Self.index(
      of: Dictionary(uniqueKeysWithValues: (1..<41).map { ($0, Self.file($0)) }))
    try Self.keep(1..<41, in: index)
    try index.database.execute("UPDATE chunks SET \(change)")
    try index.sweepChunks()
    for number in 1..<41 {
      #expect(try index.chunks(of: Self.path(number), Self.file(number)) == nil)
    }
    try Self.keep(1..<41, in: index)
    #expect(try Self.kept(in: index) == Array(1..<41))
  }

  @Test(arguments: [0, 1, 51, 1 << 62, .max, -1, .min] as [Int64], [0, 1, 8, 9])
  func `whatever is left of the last sweep's count, the next one goes on`(
    count: Int64, byteCount: Int
  ) throws {
    let index = try Self.index(of: [1: Self.file(1)])
    var bytes: [UInt8] = []
    bytes.append(fixed: count)
    try index.set("chunks", to: Array((bytes + [0]).prefix(byteCount)))
    try Self.keep(1..<51, in: index)
    try index.sweepChunks()
    #expect(try Self.kept(in: index) == [1])
  }
}
