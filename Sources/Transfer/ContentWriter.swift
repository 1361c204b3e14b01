package import Chunks
package import FileSystem
package import Hashing
package import Replica

/// What waits in the stage, its content checked against its digest.
package enum Staged {
  /// A file or a link, under a name in the stage.
  case alone(name: [UInt8])
  /// A directory, which others may have been put into.
  case directory(NewDirectory)
  /// What gets its place with a directory that it is in; and its stamp there.
  case inside(NewDirectory, Stamp)
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
///
/// What is given a path in the last new directory is put into it; anything else waits alone.
package struct ContentWriter: ~Copyable {
  private static let bufferByteCount = 256 * 1024

  private let root: Root
  private let stage: Stage
  private var digester = ContentDigester()
  private var chunks: ChunkList?
  private var open: OpenFile?
  private var newDirectory: NewDirectory?

  /// A file that is on its way.
  private struct OpenFile: ~Copyable {
    let file: File
    let place: Place
    let attributes: Attributes
    var byteCount: Int64 = 0
  }

  /// Where in the stage something is.
  private enum Place {
    case alone(name: [UInt8])
    case inside(NewDirectory, Path)
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

  /// Makes a directory; what is below `path` can be put into it from now on. With `isAlone`, it is
  /// not put into another itself.
  package mutating func makeDirectory(
    at path: Path, mode: UInt16, isAlone: Bool = false
  ) throws(StagingFailure) -> Staged {
    do {
      if case .inside(let directory, _) = place(at: isAlone ? nil : path) {
        try directory.makeDirectory(at: path, mode: mode)
        return .inside(directory, .none)
      }
      let made = try NewDirectory(at: path, mode: mode, as: makeName(), in: stage.directory)
      newDirectory = made
      return .directory(made)
    } catch {
      throw .system(error)
    }
  }

  /// Lets nothing more into directories that have been made.
  package mutating func closeDirectories() {
    newDirectory = nil
  }

  private func place(at path: Path?) -> Place {
    if let path, let newDirectory, path.isBelow(newDirectory.path) {
      return .inside(newDirectory, path)
    }
    return .alone(name: makeName())
  }

  /// Begins a file whose content comes in pieces.
  package mutating func begin(
    _ attributes: Attributes, at path: Path? = nil
  ) throws(StagingFailure) {
    abandon()
    digester.begin(byteCount: attributes.size)
    chunks = nil
    do {
      let place = place(at: path)
      let file =
        switch place {
        case .alone(let name): try stage.directory.createFile(name, mode: attributes.mode)
        case .inside(let directory, let path):
          try directory.createFile(at: path, mode: attributes.mode)
        }
      open = OpenFile(file: file, place: place, attributes: attributes)
    } catch {
      throw .system(error)
    }
  }

  /// Adds a piece to the file that was begun.
  package mutating func write(_ piece: [UInt8]) throws(StagingFailure) {
    guard var current = open.take() else { return }
    do {
      try current.file.write(piece.span.bytes)
      digester.update(piece, first: piece.count)
      current.byteCount += Int64(piece.count)
      open = consume current
    } catch {
      remove(current.place)
      throw .system(error)
    }
  }

  /// The chunks of the file that was just finished, once, if it is large.
  package mutating func takeChunks() -> ChunkList? {
    chunks.take()
  }

  /// Reads again what has been written of the file that was begun, from `offset` on; returns how many
  /// bytes there were.
  func readBack(into buffer: inout [UInt8], at offset: Int64) throws(SystemError) -> Int {
    switch open {
    case .some(let current): return try current.file.read(into: &buffer, at: offset)
    case nil: return 0
    }
  }

  /// Ends the file that was begun, and gives it its mode and time; `announced` is the digest of one
  /// that was begun without.
  package mutating func finish(
    _ announced: Digest? = nil
  ) throws(StagingFailure) -> Staged {
    guard let current = open.take() else { throw .mismatch }
    let place = current.place
    let (digest, chunks) = digester.finish()
    do {
      guard current.byteCount == current.attributes.size,
        digest == announced ?? current.attributes.digest
      else {
        remove(place)
        throw StagingFailure.mismatch
      }
      let stamp = try Self.dress(current.file, as: current.attributes)
      try current.file.close()
      self.chunks = chunks
      return switch place {
      case .alone(let name): .alone(name: name)
      case .inside(let directory, _): .inside(directory, stamp)
      }
    } catch let error as SystemError {
      remove(place)
      throw .system(error)
    } catch {
      throw .mismatch
    }
  }

  /// Stages a whole content: a file's, or the target of a link.
  package mutating func stage(
    _ content: [UInt8], _ attributes: Attributes, at path: Path? = nil
  ) throws(StagingFailure) -> Staged {
    if attributes.kind == .link { return try makeLink(content, attributes, at: path) }
    try begin(attributes, at: path)
    try write(content)
    return try finish()
  }

  private mutating func makeLink(
    _ target: [UInt8], _ attributes: Attributes, at path: Path?
  ) throws(StagingFailure) -> Staged {
    guard digester.digest(of: target) == attributes.digest else { throw .mismatch }
    do {
      switch place(at: path) {
      case .alone(let name):
        try stage.directory.makeLink(name, target: target, modified: attributes.modified)
        return .alone(name: name)
      case .inside(let directory, let path):
        return .inside(
          directory,
          try directory.makeLink(at: path, target: target, modified: attributes.modified))
      }
    } catch {
      throw .system(error)
    }
  }

  /// Stages the content of a file or link that the destination has at `source`, if it is what is
  /// wanted.
  package mutating func stage(
    copyOf source: Path, _ attributes: Attributes, at path: Path? = nil
  ) throws(StagingFailure) -> Staged {
    do {
      if attributes.kind == .link {
        let target = try root.openDirectory(source.parent).readLink(source.name)
        return try makeLink(target, attributes, at: path)
      }
      return try copy(try root.openFile(source), attributes, to: path)
    } catch let failure as StagingFailure {
      throw failure
    } catch {
      throw .mismatch
    }
  }

  private mutating func copy(
    _ file: consuming File, _ attributes: Attributes, to path: Path?
  ) throws(StagingFailure) -> Staged {
    try begin(attributes, at: path)
    var buffer = [UInt8](repeating: 0, count: Self.bufferByteCount)
    while true {
      let count: Int
      do { count = try file.read(into: &buffer) } catch {
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
    remove(current.place)
  }

  /// Removes what was staged and is not needed; what is in a directory goes with it.
  package func discard(_ staged: Staged) {
    // Whatever is left in the stage goes when the next run clears it.
    switch staged {
    case .alone(let name): try? stage.directory.removeFile(name)
    case .directory(let directory): try? removeTree(directory.name, in: stage.directory)
    case .inside: break
    }
  }

  /// Removes a file that did not turn out as it should.
  private func remove(_ place: Place) {
    switch place {
    case .alone(let name): discard(.alone(name: name))
    case .inside(let directory, let path): directory.removeFile(at: path)
    }
  }

  /// Gives a file its time, and its mode where creating it has not; returns its stamp.
  private static func dress(
    _ file: borrowing File, as attributes: Attributes
  ) throws(SystemError) -> Stamp {
    try file.setModified(attributes.modified)
    var status = try file.status()
    if status.mode != attributes.mode {
      try file.setMode(attributes.mode)
      status = try file.status()
    }
    return Stamp(of: status)
  }
}
