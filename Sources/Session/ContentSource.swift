internal import Chunks
internal import FileSystem
internal import Hashing
internal import Replica
internal import Transfer
internal import Wire

/// The replica that content comes from, from either end: packs changes into frames.
final class ContentSource {
  /// The payload at which a frame is sent.
  private static let frameByteCount = 192 * 1024

  var reader: ContentReader
  private var writer = ChangesWriter()
  let deliver: (Frame) throws -> Void
  private let learn: (Entry, Status, ChunkList?) throws -> Void
  let reach: (Int64) -> Void
  /// How many bytes of content have been sent.
  private(set) var literalByteCount: Int64 = 0
  /// How many of them were hashed on the way.
  private(set) var hashedByteCount: Int64 = 0

  /// Reads below `root` and sends frames by `deliver`; tells `learn` of files that have been hashed on
  /// the way, with the status that they had, and `reach` of how far into a large file it has come.
  init(
    _ root: Root, deliver: @escaping (Frame) throws -> Void,
    learn: @escaping (Entry, Status, ChunkList?) throws -> Void,
    reach: @escaping (Int64) -> Void = { _ in }
  ) {
    reader = ContentReader(root)
    self.deliver = deliver
    self.learn = learn
    self.reach = reach
  }

  /// Sends an entry with its content, which is at `path` here, as it was when the file had `stamp`.
  func send(
    _ entry: Entry, at path: Path, _ stamp: Stamp, conflictCopy: Path? = nil
  ) throws {
    if entry.attributes.isHashed {
      try send(
        entry, reader.provision(for: entry, at: path, stamp), conflictCopy: conflictCopy)
      return
    }
    var entry = entry
    let (provision, status) = reader.provision(hashing: &entry, at: path)
    guard try send(entry, provision, conflictCopy: conflictCopy), let status else { return }
    var chunks: ChunkList?
    if provision == .stream {
      let digest: Digest
      (digest, chunks) = reader.finishDigest()
      entry.attributes = entry.attributes.hashed(digest)
      try deliver(Frame(.digest, entry.attributes.digest.bytes))
    }
    try noteHashed(entry, status, chunks)
  }

  /// Takes note of a file that was hashed on the way.
  func noteHashed(_ entry: Entry, _ status: Status, _ chunks: ChunkList?) throws {
    hashedByteCount += status.size
    try learn(entry, status, chunks)
  }

  /// Sends an entry that needs no content from here, or with what it needs; what it replaces must
  /// have been kept at `conflictCopy`. Returns false if a large file's content came to no end.
  @discardableResult
  func send(
    _ entry: Entry, _ provision: Provision, conflictCopy: Path? = nil
  ) throws -> Bool {
    var size = 0
    var otherPath: Path?
    switch provision {
    case .inline(let content): size = content.count
    case .copy(let path), .move(let path): otherPath = path
    case .nothing, .stream, .parts, .rebuild, .unavailable, .deletion: break
    }
    let keyByteCount =
      entry.path.key.count + (conflictCopy?.key.count ?? 0) + (otherPath?.key.count ?? 0)
    let overhead = keyByteCount + entry.vector.maximumEncodedByteCount + 1024
    if writer.count > 0, writer.byteCount + size + overhead > Frame.maximumPayloadByteCount {
      try flush()
    }
    writer.append(
      entry, provision, parentModified: reader.parentModified(of: entry.path),
      conflictCopy: conflictCopy)
    literalByteCount += Int64(size)
    if provision == .stream {
      try flush()
      return try stream()
    }
    if writer.byteCount > Self.frameByteCount {
      try flush()
    }
    return true
  }

  /// Says that there is nothing to be sent at a path.
  func sendNothing(at path: Path) throws {
    try send(
      Entry(path: path, attributes: .tombstone(deleted: 0), vector: VersionVector()),
      .unavailable(.vanished, systemCode: 0))
  }

  /// Sends what has been packed.
  func flush() throws {
    guard writer.count > 0 else { return }
    let full = writer
    writer = ChangesWriter()
    try deliver(full.frame())
  }

  func deliverContent(_ piece: [UInt8]) throws {
    try deliver(Frame(.content, piece))
    literalByteCount += Int64(piece.count)
  }

  private func stream() throws -> Bool {
    var position: Int64 = 0
    while let piece = reader.nextPiece() {
      try deliverContent(piece)
      if piece.isEmpty { return false }
      position += Int64(piece.count)
      reach(position)
    }
    return true
  }
}
