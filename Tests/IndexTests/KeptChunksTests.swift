import Chunks
import Hashing
import Replica
import TestSupport
import Testing

@testable import Index

/// The chunks of large files, and how files are found by them.
@Suite struct KeptChunksTests {
  private static let path = Path(uncheckedKey: Array("a\0b".utf8))
  private static let other = Path(uncheckedKey: [0xff])
  private static let digest = Digest(repeating: 1)

  @Test(arguments: [1, 2, 7, 8, 9, 1000])
  func `chunks are read as they were kept`(count: Int) throws {
    let file = try IndexFile()
    let chunks = ChunkList.random(count)
    try file.open().keep(chunks, of: Self.path, Self.digest)
    let found = try file.open().chunks(of: Self.path, chunks.attributes(Self.digest))
    #expect(found == chunks)
  }

  @Test func `chunks are those of one path and one content`() throws {
    let index = try Index.temporary()
    let chunks = ChunkList.random(5)
    try index.keep(chunks, of: Self.path, Self.digest)
    let attributes = chunks.attributes(Self.digest)
    #expect(try index.chunks(of: Self.other, attributes) == nil)
    #expect(try index.chunks(of: Self.path, chunks.attributes(Digest(repeating: 2))) == nil)
    let longer = Attributes.file(
      mode: 0o644, size: attributes.size + 1, modified: 0, digest: Self.digest)
    #expect(try index.chunks(of: Self.path, longer) == nil)
  }

  @Test func `chunks that are kept take the place of the former`() throws {
    let index = try Index.temporary()
    let former = ChunkList.random(20)
    let later = ChunkList.random(30)
    try index.keep(former, of: Self.path, Self.digest)
    try index.keep(former, of: Self.other, Self.digest)
    try index.keep(later, of: Self.path, Digest(repeating: 2))
    #expect(try index.chunks(of: Self.path, former.attributes(Self.digest)) == nil)
    #expect(try index.chunks(of: Self.path, later.attributes(Digest(repeating: 2))) == later)
    try index.hold([Self.path: Digest(repeating: 2), Self.other: Self.digest])
    #expect(try index.paths(like: former.sketch, limit: 9) == [Self.other])
    #expect(try index.paths(like: later.sketch, limit: 9) == [Self.path])
  }

  @Test func `a file is found by any fingerprint of its sketch`() throws {
    let index = try Index.temporary()
    let chunks = ChunkList([0, 1, 1 << 32, .max >> 1, 1 << 63, .max - 1, .max])
    try index.keep(chunks, of: Self.path, Self.digest)
    try index.hold([Self.path: Self.digest])
    for fingerprint in chunks.sketch {
      #expect(try index.paths(like: [7, fingerprint, 8], limit: 1) == [Self.path])
    }
    #expect(try index.paths(like: [2, 1 << 62, .max - 2], limit: 1) == [])
    #expect(try index.paths(like: [], limit: 1) == [])
    #expect(try index.paths(like: [0], limit: 0) == [])
  }

  @Test(arguments: SplitMix.seeds)
  func `the files that have most of a sketch in common are found first`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let index = try Index.temporary()
    var kept: [Path: ChunkList] = [:]
    let paths = (10..<70).map { Path(uncheckedKey: Array("f\($0)".utf8)) }
    try index.hold(Dictionary(uniqueKeysWithValues: paths.map { ($0, Self.digest) }))
    try index.begin()
    for number in 0..<300 {
      let path = paths[random.below(60)]
      let chunks = ChunkList((0..<random.below(12)).map { _ in UInt64(random.below(40)) })
      try index.keep(chunks, of: path, Self.digest)
      kept[path] = chunks
      guard number % 10 == 0 else { continue }
      let wanted = ChunkList((0..<12).map { _ in UInt64(random.below(40)) }).sketch
      let shared = kept.mapValues { Set($0.sketch).intersection(wanted).count }
      let likeliest = shared.filter { $0.value > 0 }.sorted {
        ($1.value, $0.key) < ($0.value, $1.key)
      }
      for limit in [1, 3, 100] {
        #expect(
          try index.paths(like: wanted, limit: limit) == likeliest.prefix(limit).map(\.key),
          "seed \(seed)")
      }
    }
    try index.commit()
  }

  @Test func `files that are gone do not hide those that are there`() throws {
    let index = try Index.temporary()
    let chunks = ChunkList.random(5)
    for name in 1..<40 as Range<UInt8> {
      try index.keep(chunks, of: Path(uncheckedKey: [name]), Self.digest)
    }
    try index.keep(chunks, of: Self.other, Self.digest)
    try index.hold([Self.other: Self.digest, Path(uncheckedKey: [1]): Digest(repeating: 2)])
    #expect(try index.paths(like: chunks.sketch, limit: 1) == [Self.other])
  }

  @Test func `what is taken back was not kept`() throws {
    let index = try Index.temporary()
    let chunks = ChunkList.random(5)
    try index.begin()
    try index.keep(chunks, of: Self.path, Self.digest)
    try index.rollback()
    #expect(try index.chunks(of: Self.path, chunks.attributes(Self.digest)) == nil)
    #expect(try index.paths(like: chunks.sketch, limit: 9) == [])
  }

  @Test func `an index from before chunks were kept keeps them`() throws {
    let file = try IndexFile()
    _ = try file.open()
    try Database(path: file.path).execute("DROP TABLE chunks; DROP TABLE sketch")
    let chunks = ChunkList.random(5)
    try file.open().keep(chunks, of: Self.path, Self.digest)
    #expect(try file.open().chunks(of: Self.path, chunks.attributes(Self.digest)) == chunks)
  }

  @Test func `a damaged list is of the same length, or is none`() throws {
    let index = try Index.temporary()
    let chunks = ChunkList.random(20)
    let attributes = chunks.attributes(Self.digest)
    try index.keep(chunks, of: Self.path, Self.digest)
    var good: [UInt8] = []
    chunks.encode(to: &good)
    let change = try index.database.prepare("UPDATE chunks SET list = ?")
    for position in good.indices {
      var bad = good
      bad[position] ^= 1 << (position % 8)
      try change.bind(0, bad)
      try change.run()
      let found = try index.chunks(of: Self.path, attributes)
      #expect(found?.byteCount ?? attributes.size == attributes.size, "byte \(position)")
      #expect(found != chunks, "byte \(position)")
      try change.bind(0, Array(good[..<position]))
      try change.run()
      #expect(try index.chunks(of: Self.path, attributes) == nil, "cut to \(position)")
    }
  }

  @Test(arguments: ["list = NULL", "list = 5", "list = 'text'", "digest = NULL", "key = NULL"])
  func `something else in a row is no list`(change: String) throws {
    let index = try Index.temporary()
    let chunks = ChunkList.random(5)
    try index.keep(chunks, of: Self.path, Self.digest)
    try index.database.execute("UPDATE chunks SET \(change)")
    #expect(try index.chunks(of: Self.path, chunks.attributes(Self.digest)) == nil)
    try index.keep(chunks, of: Self.path, Self.digest)
    #expect(try index.chunks(of: Self.path, chunks.attributes(Self.digest)) == chunks)
  }
}

extension Index {
  /// Puts files with these digests into the index.
  func hold(_ files: [Path: Digest]) throws {
    try write(
      files.sorted { $0.key < $1.key }.map { path, digest in
        let attributes = Attributes.file(mode: 0o644, size: 1, modified: 0, digest: digest)
        return Recorded(
          entry: Entry(
            path: path, attributes: attributes, vector: VersionVector(IndexFile.replica)),
          stamp: .none)
      })
  }

  /// How many fingerprints are kept to find files by.
  func sketchCount() throws -> Int64 {
    let count = try database.prepare("SELECT COUNT(*) FROM sketch")
    return try count.step() ? count.integer(0) : 0
  }
}

extension ChunkList {
  /// Chunks with these fingerprints.
  init(_ fingerprints: [UInt64]) {
    self.init()
    for fingerprint in fingerprints { append(fingerprint, byteCount: 10_000) }
  }

  /// So many chunks with random fingerprints and lengths, the same for the same number.
  static func random(_ count: Int) -> ChunkList {
    var random = SplitMix(seed: UInt64(count))
    var chunks = ChunkList()
    for _ in 0..<count { chunks.append(random.next(), byteCount: 1 + random.below(65_536)) }
    return chunks
  }

  /// What an entry says of a file of such chunks.
  func attributes(_ digest: Digest) -> Attributes {
    .file(mode: 0o644, size: byteCount, modified: 0, digest: digest)
  }
}

extension Digest {
  /// So many equal bytes as there are in one.
  init(repeating byte: UInt8) {
    self.init([UInt8](repeating: byte, count: Self.byteCount).span.bytes)
  }
}
