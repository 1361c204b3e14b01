package import FileSystem
package import Hashing
package import Replica

/// Content that waits in the stage under a name, checked against its digest.
package struct StagedContent: Hashable, Sendable {
  /// The name in the stage.
  package let name: [UInt8]
}

/// Why content could not be staged.
package enum StagingFailure: Error {
  /// A system call failed.
  case system(SystemError)
  /// The bytes do not have the digest that was announced.
  case mismatch
}

/// Writes content into the stage at the destination, and lets none pass that is not what was
/// announced.
package struct ContentWriter: ~Copyable {
  private static let bufferByteCount = 256 * 1024

  private let root: Root
  private let stage: Stage
  private var sha256 = SHA256()
  private var open: OpenFile?

  /// A file that is on its way.
  private struct OpenFile: ~Copyable {
    let file: File
    let name: [UInt8]
    let attributes: Attributes
    var byteCount: Int64 = 0
  }

  /// Stages content for `root`.
  package init(root: Root, stage: consuming Stage) {
    self.root = root
    self.stage = stage
  }

  /// The stage.
  package var directory: Directory {
    _read { yield stage.directory }
  }

  /// A name in the stage that nothing has.
  package func makeName() -> [UInt8] {
    stage.makeName()
  }

  /// Begins a file whose content comes in pieces.
  package mutating func begin(_ attributes: Attributes) throws(StagingFailure) {
    abandon()
    _ = sha256.finalize()
    do {
      let name = stage.makeName()
      open = OpenFile(
        file: try stage.createFile(name), name: name, attributes: attributes)
    } catch {
      throw .system(error)
    }
  }

  /// Adds a piece to the file that was begun.
  package mutating func write(_ piece: [UInt8]) throws(StagingFailure) {
    guard var current = open.take() else { return }
    do {
      try current.file.write(piece.span.bytes)
      sha256.update(piece, first: piece.count)
      current.byteCount += Int64(piece.count)
      open = consume current
    } catch {
      discard(current.name)
      throw .system(error)
    }
  }

  /// Ends the file that was begun, and gives it its mode and time; `announced` is the digest of one
  /// that was begun without.
  package mutating func finish(
    _ announced: Digest? = nil
  ) throws(StagingFailure) -> StagedContent {
    guard let current = open.take() else { throw .mismatch }
    let name = current.name
    do {
      guard current.byteCount == current.attributes.size,
        sha256.finalize() == announced ?? current.attributes.digest
      else {
        discard(name)
        throw StagingFailure.mismatch
      }
      try Self.dress(current.file, as: current.attributes)
      try current.file.close()
      return StagedContent(name: name)
    } catch let error as SystemError {
      discard(name)
      throw .system(error)
    } catch {
      throw .mismatch
    }
  }

  /// Stages a whole content.
  package mutating func stage(
    _ content: [UInt8], _ attributes: Attributes
  ) throws(StagingFailure) -> StagedContent {
    try begin(attributes)
    try write(content)
    return try finish()
  }

  /// Stages the content of a file that the destination has at `path`, if it is what is wanted.
  package mutating func stage(
    copyOf path: Path, _ attributes: Attributes
  ) throws(StagingFailure) -> StagedContent {
    let source: File
    do { source = try root.openFile(path) } catch { throw .mismatch }
    try begin(attributes)
    var buffer = [UInt8](repeating: 0, count: Self.bufferByteCount)
    while true {
      let count: Int
      do { count = try source.read(into: &buffer) } catch {
        abandon()
        throw .mismatch
      }
      if count < buffer.count { buffer.removeLast(buffer.count - count) }
      try write(buffer)
      if count < Self.bufferByteCount { break }
    }
    return try finish()
  }

  /// Forgets the file that was begun.
  package mutating func abandon() {
    guard let current = open.take() else { return }
    discard(current.name)
  }

  /// Removes staged content that is not needed.
  package func discard(_ name: [UInt8]) {
    // Whatever is left in the stage goes when the next run clears it.
    try? stage.directory.removeFile(name)
  }

  private static func dress(
    _ file: borrowing File, as attributes: Attributes
  ) throws(SystemError) {
    try file.setMode(attributes.mode)
    try file.setModified(attributes.modified)
  }
}
