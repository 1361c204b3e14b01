package import FileSystem
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
  private var open: OpenFile?

  /// A file that is on its way.
  private struct OpenFile: ~Copyable {
    let file: File
    let status: Status
    var leftByteCount: Int64
  }

  /// Reads below `root`.
  package init(_ root: Root) {
    self.root = root
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
      return .unavailable(error.isAbsence ? .vanished : .unreadable, systemCode: error.code)
    }
  }

  /// The modification time of the directory around `path`; nil if it is the one asked for last.
  package mutating func parentModified(of path: Path) -> Int64? {
    guard parent != path.parent else { return nil }
    parent = path.parent
    // What cannot be looked at has no time to tell; the change itself reports why.
    return try? root.status(of: path.parent).modified
  }

  /// The next piece of the file that was begun; empty if it can no longer be read as it was, and
  /// nil behind its last.
  package mutating func nextPiece() -> [UInt8]? {
    guard var current = open.take(), current.leftByteCount > 0 else { return nil }
    var piece = [UInt8](
      repeating: 0, count: Int(min(current.leftByteCount, Self.pieceByteCount)))
    do {
      guard try current.file.read(into: &piece) == piece.count,
        try current.file.status() == current.status
      else { return [] }
    } catch {
      return []
    }
    current.leftByteCount -= Int64(piece.count)
    open = consume current
    return piece
  }

  private func readLink(_ entry: Entry, at path: Path) throws(SystemError) -> Provision {
    let target = try root.openDirectory(path.parent).readLink(path.name)
    return Int64(target.count) == entry.attributes.size
      ? .inline(target) : .unavailable(.changed, systemCode: 0)
  }

  private mutating func readFile(
    _ entry: Entry, at path: Path, _ stamp: Stamp
  ) throws(SystemError) -> Provision {
    let file = try root.openFile(path)
    guard let status = file.statusAtOpening,
      stamp == .unknown
        ? status.size == entry.attributes.size
        : entry.attributes.isUnchanged(status, stamp)
    else { return .unavailable(.changed, systemCode: 0) }
    guard status.size <= Self.inlineByteCount else {
      open = OpenFile(file: file, status: status, leftByteCount: status.size)
      return .stream
    }
    var content = [UInt8](repeating: 0, count: Int(status.size))
    guard try file.read(into: &content) == content.count, try file.status() == status else {
      return .unavailable(.changed, systemCode: 0)
    }
    return .inline(content)
  }
}
