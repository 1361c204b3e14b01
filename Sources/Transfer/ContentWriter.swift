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
  /// The most that a file is put together from of what former runs have left of it.
  private static let partialCount = 2

  private let root: Root
  private let stage: Stage
  private var digester = ContentDigester()
  private var chunks: ChunkList?
  private var open: OpenFile?
  private var newDirectory: NewDirectory?
  private var buffer = [UInt8](repeating: 0, count: bufferByteCount)
  /// What former runs have left.
  private var partials: [PartialFile]

  /// A file that is on its way.
  private struct OpenFile: ~Copyable {
    var file: SparseFile
    let place: Place
    let attributes: Attributes
  }

  /// Where in the stage something is.
  private enum Place {
    case alone(name: [UInt8])
    case inside(NewDirectory, Path)
    /// Under a name by which the next run finds it if this one is cut.
    case partial(name: [UInt8])
  }

  /// Stages content for `root`.
  package init(root: Root, stage: consuming Stage) {
    self.root = root
    self.stage = stage
    // What cannot be listed is sent again.
    partials = (try? self.stage.partials()) ?? []
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
    try begin(attributes, place(at: path))
  }

  /// Begins the large file that is to be at `path`, which is left in the stage if it stays partial; its
  /// chunks are not looked for if they are known.
  package mutating func begin(
    _ attributes: Attributes, resumableAt path: Path, chunks: ChunkList? = nil
  ) throws(StagingFailure) {
    try begin(attributes, .partial(name: stage.makePartialName(of: path)), chunks)
  }

  private mutating func begin(
    _ attributes: Attributes, _ place: Place, _ known: ChunkList? = nil
  ) throws(StagingFailure) {
    leave()
    digester.begin(byteCount: attributes.size, chunks: known)
    chunks = nil
    do {
      let file =
        switch place {
        case .alone(let name), .partial(let name):
          try stage.directory.createFile(name, mode: attributes.mode)
        case .inside(let directory, let path):
          try directory.createFile(at: path, mode: attributes.mode)
        }
      open = OpenFile(file: SparseFile(file), place: place, attributes: attributes)
    } catch {
      throw .system(error)
    }
  }

  /// Adds a piece to the file that was begun.
  package mutating func write(_ piece: [UInt8]) throws(StagingFailure) {
    guard var current = open.take() else { return }
    do {
      try current.file.append(piece, first: piece.count)
      digester.update(piece, first: piece.count)
      open = consume current
    } catch {
      remove(current.place)
      throw .system(error)
    }
  }

  /// Adds `byteCount` bytes of another file, from `offset` on, to the file that was begun; or of itself,
  /// if there is no other. A mismatch if there are not so many, or they cannot be read.
  package mutating func write(
    _ byteCount: Int64, of basis: Basis?, at offset: Int64
  ) throws(StagingFailure) {
    guard var current = open.take() else { return }
    do {
      try current.file.append(byteCount, of: basis, at: offset, by: &buffer, &digester)
      open = consume current
    } catch {
      remove(current.place)
      throw error
    }
  }

  /// The chunks of the file that was just finished, once, if it is large.
  package mutating func takeChunks() -> ChunkList? {
    chunks.take()
  }

  /// Ends the file that was begun, and gives it its mode and time; `announced` is the digest of one
  /// that was begun without.
  package mutating func finish(
    _ announced: Digest? = nil
  ) throws(StagingFailure) -> Staged {
    guard var current = open.take() else { throw .mismatch }
    let place = current.place
    let (digest, chunks) = digester.finish()
    do {
      guard current.file.byteCount == current.attributes.size,
        digest == announced ?? current.attributes.digest
      else {
        remove(place)
        throw StagingFailure.mismatch
      }
      try current.file.extend()
      let stamp = try Self.dress(current.file.file, as: current.attributes)
      self.chunks = chunks
      try current.file.close()
      return switch place {
      case .alone(let name), .partial(let name): .alone(name: name)
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
      case .alone(let name), .partial(let name):
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
    guard file.statusAtOpening?.size == attributes.size else { throw .mismatch }
    try begin(attributes, at: path)
    try write(attributes.size, of: Basis(file), at: 0)
    return try finish()
  }

  /// What former runs have written of the file at `path`, as far as it can be opened.
  package func partials(of path: Path) -> [Basis] {
    partials.filter { $0.isOf(path) }.prefix(Self.partialCount).compactMap { partial in
      guard let file = try? stage.directory.openFile(partial.name) else { return nil }
      return try? Basis(file, nil)
    }
  }

  /// Removes what former runs have written of the file at `path`, or of any file if there is no path.
  package mutating func removePartials(of path: Path? = nil) {
    let removed = partials.filter { path.map($0.isOf) ?? true }
    guard !removed.isEmpty else { return }
    for partial in removed { discard(.alone(name: partial.name)) }
    partials.removeAll { path.map($0.isOf) ?? true }
  }

  /// Forgets the file that was begun, but leaves it in the stage for the next run if it is to be found.
  package mutating func leave() {
    guard let current = open.take() else { return }
    if case .partial = current.place { return }
    remove(current.place)
  }

  /// Removes the file that was begun.
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
    case .alone(let name), .partial(let name): discard(.alone(name: name))
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
