package import Chunks
package import FileSystem
package import Hashing
package import Replica
package import Wire

/// Reads content at the source, as it was when it was scanned or not at all.
package struct ContentReader: ~Copyable {
  /// The largest content that travels within a frame of changes, in bytes.
  package static let inlineByteCount: Int64 = 128 * 1024

  /// How much of a large file one frame carries, in bytes.
  private static let pieceByteCount: Int64 = 256 * 1024

  private let root: Root
  private var parent: Path?
  private var around: ParentDirectory
  private var open: OpenFile?
  private var digester = ContentDigester()

  /// A file that is on its way.
  private struct OpenFile: ~Copyable {
    let file: File
    let status: Status
    var leftByteCount: Int64
    let isHashed: Bool
  }

  /// Reads below `root`.
  package init(_ root: Root) {
    self.root = root
    around = ParentDirectory(root)
  }

  /// What the destination needs for `entry`, whose content is at `path` here, in a file that had
  /// `stamp` when it was scanned.
  ///
  /// After `.stream`, ``nextPiece()`` gives the content.
  package mutating func provision(
    for entry: Entry, at path: Path, _ stamp: Stamp
  ) -> Provision {
    do {
      switch entry.attributes.kind {
      case .directory, .tombstone: return .nothing
      case .link: return try readLink(entry, at: path)
      case .file: return try readFile(entry, at: path, stamp)
      }
    } catch {
      return .unavailable(error.readingProblem, systemCode: error.code)
    }
  }

  /// What the destination needs for `entry`, a file that has not been hashed and is at `path` here; the
  /// entry becomes one of what is read, with the digest unless the content follows in pieces.
  ///
  /// Returns the status of the file, too, when it is read whole or about to be.
  package mutating func provision(
    hashing entry: inout Entry, at path: Path
  ) -> (Provision, Status?) {
    do {
      // The scan of this run has just seen a file there.
      let file = try openFile(path, seen: Status(kind: .file))
      guard let status = file.statusAtOpening else { return (Self.changed, nil) }
      entry.attributes = Attributes(of: status, .zero)
      if status.size > Self.inlineByteCount {
        digester.begin(byteCount: status.size)
        open = OpenFile(file: file, status: status, leftByteCount: status.size, isHashed: true)
        return (.stream, status)
      }
      guard let content = try Self.content(of: file, status, first: status.size) else {
        return (Self.changed, nil)
      }
      entry.attributes = entry.attributes.hashed(digester.digest(of: content))
      return (.inline(content), status)
    } catch {
      return (.unavailable(error.readingProblem, systemCode: error.code), nil)
    }
  }

  /// The file at `path`, which has not been hashed, to be hashed while it is compared; much of it may be as
  /// in a `former` version. Nil if it is no large file, or cannot be opened.
  package mutating func parts(at path: Path, former: ChunkList?) -> PartedContent? {
    // The scan of this run has just seen a file there.
    guard let file = try? openFile(path, seen: Status(kind: .file)),
      let status = file.statusAtOpening, status.size >= ChunkList.keptByteCount
    else { return nil }
    let content = OfferedContent(file, status, byteCount: status.size)
    return PartedContent(content, status, former: former)
  }

  private static let changed = Provision.unavailable(.changed, systemCode: 0)

  /// The digest of the pieces of a file that was to be hashed, behind its last, and its chunks if it is
  /// large.
  package mutating func finishDigest() -> (digest: Digest, chunks: ChunkList?) {
    digester.finish()
  }

  /// The modification time of the directory around `path`; nil if it is the one asked for last.
  package mutating func parentModified(of path: Path) -> Int64? {
    guard !(parent.map { path.isChild(of: $0) } ?? false) else { return nil }
    parent = path.parent
    // What cannot be looked at has no time to tell; the change itself reports why.
    return try? root.status(of: path.parent).modified
  }

  /// The file of `entry`, which is at `path` here and had `stamp` when it was scanned, to be read in
  /// parts; nil if it is no longer what it was but for growing, or cannot be opened.
  package mutating func open(
    _ entry: Entry, at path: Path, _ stamp: Stamp
  ) -> OfferedContent? {
    // Why it cannot be opened is told when it is read from its beginning, as it will be asked for.
    guard let file = try? openFile(path, seen: nil), let status = file.statusAtOpening,
      entry.attributes.mayBegin(status, stamp)
    else { return nil }
    return OfferedContent(file, status, byteCount: entry.attributes.size)
  }

  /// The next piece of the file that was begun; empty if it can no longer be read as it was, and
  /// nil behind its last.
  package mutating func nextPiece() -> [UInt8]? {
    guard var current = open.take(), current.leftByteCount > 0 else { return nil }
    var piece = [UInt8](
      repeating: 0, count: Int(min(current.leftByteCount, Self.pieceByteCount)))
    do {
      guard try current.file.read(into: &piece) == piece.count else { return [] }
      // Of one that has been hashed before, the destination knows what it should be.
      if current.isHashed, try current.file.status() != current.status { return [] }
    } catch {
      return []
    }
    if current.isHashed { digester.update(piece, first: piece.count) }
    current.leftByteCount -= Int64(piece.count)
    open = consume current
    return piece
  }

  private mutating func readLink(
    _ entry: Entry, at path: Path
  ) throws(SystemError) -> Provision {
    let target = try around.open(around: path) { directory, name throws(SystemError) in
      try directory.readLink(name)
    }
    return Int64(target.count) == entry.attributes.size
      ? .inline(target) : .unavailable(.changed, systemCode: 0)
  }

  private mutating func readFile(
    _ entry: Entry, at path: Path, _ stamp: Stamp
  ) throws(SystemError) -> Provision {
    let file = try openFile(path, seen: nil)
    let attributes = entry.attributes
    guard let status = file.statusAtOpening, status.size >= attributes.size else {
      return Self.changed
    }
    guard attributes.size <= Self.inlineByteCount else {
      guard attributes.mayBegin(status, stamp) else { return Self.changed }
      open = OpenFile(
        file: file, status: status, leftByteCount: attributes.size, isHashed: false)
      return .stream
    }
    // Whatever was done to the file: it begins with what was seen, or it does not.
    if let content = try Self.content(of: file, status, first: attributes.size) {
      return attributes.isUnchanged(status, stamp)
        || digester.digest(of: content) == attributes.digest ? .inline(content) : Self.changed
    }
    // A write that is under way has changed the times, and not the size yet.
    guard
      let content = try Self.content(of: file, try file.status(), first: attributes.size),
      digester.digest(of: content) == attributes.digest
    else { return Self.changed }
    return .inline(content)
  }

  /// The first bytes of a file; nil if it changes meanwhile but for growing, or if there are some where
  /// there should be none.
  private static func content(
    of file: borrowing File, _ status: Status, first byteCount: Int64
  ) throws(SystemError) -> [UInt8]? {
    if byteCount == 0, status.size > 0 { return [] }
    var content = [UInt8](repeating: 0, count: max(1, Int(byteCount)))
    guard try file.read(into: &content, at: 0) == byteCount else { return nil }
    let after = try file.status()
    if after != status {
      // What has grown may have been overwritten, too.
      var again = content
      guard after.keepsContent(of: status), try file.read(into: &again, at: 0) == byteCount,
        again == content
      else { return nil }
    }
    return byteCount == 0 ? [] : content
  }

  private mutating func openFile(_ path: Path, seen: Status?) throws(SystemError) -> File {
    try around.open(around: path) { directory, name throws(SystemError) in
      try directory.openFile(name, seen: seen)
    }
  }
}

extension Attributes {
  /// Whether a file of this status may begin with what was scanned with `stamp`: if it has grown since, or
  /// is as it was; and if the stamp tells nothing, by its size.
  fileprivate func mayBegin(_ status: Status, _ stamp: Stamp) -> Bool {
    status.size > size || (stamp == .unknown ? status.size == size : isUnchanged(status, stamp))
  }
}
