import FileSystem
import Glibc
import Replica
import TestSupport
import Testing
import Transfer
import Wire

@Suite struct ContentReaderTests {
  let temporary: TemporaryDirectory
  let root: Root

  init() throws {
    temporary = try TemporaryDirectory()
    root = try temporary.root()
  }

  @Test(arguments: [0, 1, 131_072])
  func `a small file is given whole`(byteCount: Int) throws {
    let content = Array(largeContent[..<byteCount])
    let (entry, stamp) = try scanned("f", content)
    var reader = ContentReader(root)
    let provision = reader.provision(for: entry, at: entry.path, stamp)
    #expect(provision == .inline(content))
  }

  @Test func `a link gives its target, which is not followed`() throws {
    try #require(symlink("../outside", temporary.appending("l")) == 0)
    let status = try root.status(of: Path("l"))
    let entry = Entry(
      path: try Path("l"), attributes: Attributes(of: status, digest(Array("../outside".utf8))),
      vector: VersionVector())
    var reader = ContentReader(root)
    let provision = reader.provision(for: entry, at: entry.path, Stamp(of: status))
    #expect(provision == .inline(Array("../outside".utf8)))
  }

  @Test(arguments: [Attributes.directory(mode: 0o755), .tombstone(deleted: 1)])
  func `what has no content needs nothing`(attributes: Attributes) throws {
    let entry = Entry(path: try Path("none"), attributes: attributes, vector: VersionVector())
    var reader = ContentReader(root)
    let provision = reader.provision(for: entry, at: entry.path, .none)
    #expect(provision == .nothing)
  }

  @Test(arguments: [131_073, 262_144, 262_145, 700_001])
  func `a large file comes in pieces that are its content`(byteCount: Int) throws {
    let content = Array(largeContent[..<byteCount])
    let (entry, stamp) = try scanned("f", content)
    var reader = ContentReader(root)
    let provision = reader.provision(for: entry, at: entry.path, stamp)
    try #require(provision == .stream)
    var pieces: [[UInt8]] = []
    while let piece = reader.nextPiece(), !piece.isEmpty { pieces.append(piece) }
    #expect(pieces.count == (byteCount + 262_143) / 262_144)
    #expect(pieces.flatMap(\.self) == content)
  }

  @Test(arguments: [0, 1, 131_072, 131_073, 700_001])
  func `a file is hashed while it is read, as it is then`(byteCount: Int) throws {
    var (entry, _) = try scanned("f", Array("when it was scanned".utf8))
    entry.attributes = entry.attributes.hashed(.zero)
    let content = Array(largeContent[..<byteCount])
    try makeFile(temporary.bytes / "f", content: content)
    let status = try root.status(of: Path("f"))
    var reader = ContentReader(root)
    let (provision, seen) = reader.provision(hashing: &entry, at: entry.path)
    var read: [UInt8] = []
    if case .inline(let whole) = provision {
      read = whole
    } else {
      while let piece = reader.nextPiece(), !piece.isEmpty { read += piece }
      entry.attributes = entry.attributes.hashed(reader.finishDigest().digest)
    }
    #expect(read == content)
    #expect(seen == status)
    #expect(entry.attributes == Attributes(of: status, digest(content)))
  }

  @Test func `a large file that changes while it is hashed leaves nothing to the next`() throws {
    var (entry, _) = try scanned("f", largeContent)
    var reader = ContentReader(root)
    _ = reader.provision(hashing: &entry, at: entry.path)
    _ = reader.nextPiece()
    try #require(truncate(temporary.appending("f"), 300_000) == 0)
    let piece = reader.nextPiece()
    #expect(piece == [])
    var (next, _) = try scanned("g", Array("next".utf8))
    _ = reader.provision(hashing: &next, at: next.path)
    #expect(next.attributes.digest == digest(Array("next".utf8)))
  }

  @Test func `a file edited since its stamp is not given`() throws {
    let (entry, stamp) = try scanned("f", Array("before".utf8))
    try makeFile(temporary.appending("f"), "behind")
    try touch(temporary.bytes / "f", (1_600_000_000, 0))
    var reader = ContentReader(root)
    let provision = reader.provision(for: entry, at: entry.path, stamp)
    #expect(provision == .unavailable(.changed, systemCode: 0))
  }

  @Test func `a file replaced by one with the same size and time is not given`() throws {
    let (entry, stamp) = try scanned("f", Array("before".utf8))
    try makeFile(temporary.appending("g"), "behind")
    try touch(temporary.bytes / "g", (1_600_000_000, 5))
    try #require(rename(temporary.appending("g"), temporary.appending("f")) == 0)
    var reader = ContentReader(root)
    let provision = reader.provision(for: entry, at: entry.path, stamp)
    #expect(provision == .unavailable(.changed, systemCode: 0))
  }

  @Test func `a file that has grown or was touched since its stamp is given as it was`() throws {
    let large = [UInt8](repeating: 7, count: 300_000)
    for (name, content) in [("f", Array("before".utf8)), ("g", large), ("h", [])] {
      let (entry, stamp) = try scanned(name, content)
      try makeFile(temporary.bytes / name, content: content + Array(" and more".utf8))
      var reader = ContentReader(root)
      let provision = reader.provision(for: entry, at: entry.path, stamp)
      guard content == large else {
        #expect(provision == .inline(content))
        continue
      }
      #expect(provision == .stream)
      var pieces: [UInt8] = []
      while let piece = reader.nextPiece(), !piece.isEmpty { pieces += piece }
      #expect(pieces == large)
    }
    let (entry, stamp) = try scanned("t", Array("before".utf8))
    try touch(temporary.bytes / "t", (1_700_000_000, 0))
    var reader = ContentReader(root)
    let touched = reader.provision(for: entry, at: entry.path, stamp)
    #expect(touched == .inline(Array("before".utf8)))
  }

  @Test func `a file of unknown stamp is given if its size is right`() throws {
    let (entry, _) = try scanned("f", Array("before".utf8))
    var reader = ContentReader(root)
    let same = reader.provision(for: entry, at: entry.path, .unknown)
    #expect(same == .inline(Array("before".utf8)))
    try makeFile(temporary.appending("f"), "longer than before")
    let longer = reader.provision(for: entry, at: entry.path, .unknown)
    #expect(longer == .unavailable(.changed, systemCode: 0))
  }

  @Test func `content that a file's size does not tell of is not taken for none`() throws {
    let root = try Root(openingDirectoryAt: Array("/proc/sys/kernel/random".utf8))
    let path = try Path("poolsize")
    let status = try root.status(of: path)
    try #require(status.size == 0)
    var entry = Entry(
      path: path, attributes: Attributes(of: status, .zero), vector: VersionVector())
    var reader = ContentReader(root)
    let hashed = reader.provision(hashing: &entry, at: path).0
    #expect(hashed == .unavailable(.changed, systemCode: 0))
    let empty = Entry(
      path: path, attributes: Attributes(of: status, digest([])), vector: VersionVector())
    let known = reader.provision(for: empty, at: path, .unknown)
    #expect(known == .unavailable(.changed, systemCode: 0))
  }

  @Test func `a file that is gone has vanished`() throws {
    let (entry, stamp) = try scanned("f", Array("before".utf8))
    try #require(unlink(temporary.appending("f")) == 0)
    var reader = ContentReader(root)
    let provision = reader.provision(for: entry, at: entry.path, stamp)
    #expect(provision == .unavailable(.vanished, systemCode: ENOENT))
  }

  @Test func `a link in a file's place is not followed`() throws {
    let (entry, stamp) = try scanned("f", Array("before".utf8))
    try #require(rename(temporary.appending("f"), temporary.appending("g")) == 0)
    try #require(symlink("g", temporary.appending("f")) == 0)
    var reader = ContentReader(root)
    let provision = reader.provision(for: entry, at: entry.path, stamp)
    #expect(provision == .unavailable(.unreadable, systemCode: ELOOP))
  }

  @Test func `a large file that changes on its way ends with an empty piece`() throws {
    let (entry, stamp) = try scanned("f", largeContent)
    var reader = ContentReader(root)
    let provision = reader.provision(for: entry, at: entry.path, stamp)
    try #require(provision == .stream)
    let first = reader.nextPiece()
    #expect(first == Array(largeContent[..<262_144]))
    try #require(truncate(temporary.appending("f"), 300_000) == 0)
    let second = reader.nextPiece()
    #expect(second == [])
    let third = reader.nextPiece()
    #expect(third == nil)
  }

  @Test func `a directory's time is told once for its paths in a row`() throws {
    try makeDirectory(temporary.bytes / "d")
    try touch(temporary.bytes / "d", (1_600_000_000, 5))
    var reader = ContentReader(root)
    let first = reader.parentModified(of: try Path("d/a"))
    let second = reader.parentModified(of: try Path("d/b"))
    let missing = reader.parentModified(of: try Path("none/c"))
    let again = reader.parentModified(of: try Path("d/d"))
    #expect(first == 1_600_000_000_000_000_005 && again == first)
    #expect(second == nil && missing == nil)
  }

  /// Makes a file, and the entry and stamp that a scan gives it.
  private func scanned(_ name: String, _ content: [UInt8]) throws -> (Entry, Stamp) {
    try makeFile(temporary.bytes / name, content: content)
    try touch(temporary.bytes / name, (1_600_000_000, 5))
    let status = try root.status(of: Path(name))
    let entry = Entry(
      path: try Path(name), attributes: Attributes(of: status, digest(content)),
      vector: VersionVector())
    return (entry, Stamp(of: status))
  }
}
