package import Chunks
package import FileSystem
package import Hashing
package import Replica

/// Writes content into the stage at the destination, and lets none pass that is not what was
/// announced.
///
/// What is given a path in the last new directory is put into it; anything else waits alone.
package struct ContentWriter: ~Copyable {
  private static let bufferByteCount = 256 * 1024
  /// How much is copied before it is asked again whether the run is to stop.
  private static let copiedByteCount: Int64 = 64 << 20

  let root: Root
  private let stage: Stage
  private let syncs: Bool
  private let isInterrupted: () -> Bool
  var digester = ContentDigester()
  private var chunks: ChunkList?
  private var open: OpenFile?
  var newDirectory: NewDirectory?
  private var buffer = [UInt8](repeating: 0, count: bufferByteCount)
  private var partials: Partials

  /// A file that is on its way.
  private struct OpenFile: ~Copyable {
    var file: SparseFile
    let place: StagePlace
    let attributes: Attributes
    /// Whether it has a name by which the next run finds it if this one is cut.
    let isResumable: Bool
  }

  /// Stages content for `root`. With `syncs`, somebody will make it durable, and the disk begins with it
  /// early. What takes long asks `isInterrupted` whether the run is to stop.
  package init(
    root: Root, stage: consuming Stage, syncs: Bool = true,
    isInterrupted: @escaping () -> Bool = { false }
  ) {
    self.root = root
    self.stage = stage
    self.syncs = syncs
    self.isInterrupted = isInterrupted
    partials = Partials(in: self.stage)
  }

  /// The stage.
  package var directory: Directory {
    _read { yield stage.directory }
  }

  /// A name in the stage that nothing has.
  package func makeName() -> [UInt8] {
    stage.makeName()
  }

  /// Lets nothing more into directories that have been made.
  package mutating func closeDirectories() {
    newDirectory = nil
  }

  /// Where what is to be at `path` is staged.
  func place(at path: Path?) -> StagePlace {
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
    let place = StagePlace.alone(name: stage.makePartialName(of: path))
    try begin(attributes, place, chunks, isResumable: true)
  }

  private mutating func begin(
    _ attributes: Attributes, _ place: StagePlace, _ known: ChunkList? = nil,
    isResumable: Bool = false
  ) throws(StagingFailure) {
    leave()
    digester.begin(byteCount: attributes.size, chunks: known)
    chunks = nil
    do {
      let file = try place.createFile(in: stage.directory, mode: attributes.mode)
      open = OpenFile(
        file: SparseFile(file, startsWriting: syncs), place: place, attributes: attributes,
        isResumable: isResumable)
    } catch {
      throw .system(error)
    }
  }

  /// How many bytes the file has that was begun; 0 if none is open.
  package var writtenByteCount: Int64 {
    switch open {
    case let current?: current.file.byteCount
    case nil: 0
    }
  }

  /// Adds a piece to the file that was begun, if any is open; one that cannot be written is removed.
  package mutating func write(_ piece: [UInt8]) throws(StagingFailure) {
    guard var current = open.take() else { return }
    do {
      try current.file.append(piece, first: piece.count)
      digester.update(piece, first: piece.count)
      open = consume current
    } catch {
      current.place.remove(from: stage.directory)
      throw .system(error)
    }
  }

  /// Adds `byteCount` bytes of another file, from `offset` on, to the file that was begun, if any is
  /// open; or of itself, if there is no other. A mismatch if there are not so many, or they cannot be
  /// read; then, or if it cannot be written, the file is removed.
  package mutating func write(
    _ byteCount: Int64, of basis: Basis?, at offset: Int64
  ) throws(StagingFailure) {
    guard var current = open.take() else { return }
    do throws(StagingFailure) {
      var done: Int64 = 0
      while done < byteCount {
        if isInterrupted() { throw StagingFailure.interrupted }
        let count = min(byteCount - done, Self.copiedByteCount)
        try current.file.append(count, of: basis, at: offset + done, by: &buffer, &digester)
        done += count
      }
      open = consume current
    } catch {
      if case .interrupted = error {
        open = consume current
      } else {
        current.place.remove(from: stage.directory)
      }
      throw error
    }
  }

  /// The chunks of the file that was just finished, once, if it is large.
  package mutating func takeChunks() -> ChunkList? {
    chunks.take()
  }

  /// Ends the file that was begun, and gives it its mode and time; `announced` is the digest of one
  /// that was begun without. A mismatch if the content is another, or no file is open; a file that does
  /// not turn out as it should is removed.
  package mutating func finish(
    _ announced: Digest? = nil
  ) throws(StagingFailure) -> Staged {
    guard var current = open.take() else { throw .mismatch }
    let place = current.place
    let (digest, chunks) = digester.finish()
    guard current.file.byteCount == current.attributes.size,
      digest == announced ?? current.attributes.digest
    else {
      place.remove(from: stage.directory)
      throw .mismatch
    }
    do {
      try current.file.extend()
      let stamp = try Self.dress(current.file.file, as: current.attributes)
      try current.file.close()
      self.chunks = chunks
      return place.staged(stamp)
    } catch {
      place.remove(from: stage.directory)
      throw .system(error)
    }
  }

  /// The names of what former runs have written of the file at `path`.
  package func partialNames(of path: Path) -> [[UInt8]] {
    partials.names(of: path)
  }

  /// Opens what a former run has left under a name, to be read; nil if it cannot be opened.
  package func openPartial(_ name: [UInt8]) -> File? {
    try? stage.directory.openFile(name)
  }

  /// Notes how much of the content under way what a former run has left under a name has, in bytes: by
  /// that it is kept or not if this run is cut, too.
  package mutating func notePartial(_ name: [UInt8], worth: Int64) {
    partials.note(name, worth: worth)
  }

  /// Removes what former runs have written of the file at `path`, or of any file if there is no path.
  package mutating func removePartials(of path: Path? = nil) {
    partials.remove(of: path, from: stage)
  }

  /// Forgets the file that was begun, but leaves it in the stage for the next run if it is to be found.
  package mutating func leave() {
    guard let current = open.take() else { return }
    if current.isResumable, case .alone(let name) = current.place {
      partials.keep(name, in: stage)
    } else {
      current.place.remove(from: stage.directory)
    }
  }

  /// Removes the file that was begun.
  package mutating func abandon() {
    guard let current = open.take() else { return }
    current.place.remove(from: stage.directory)
  }

  /// The name of a file that is about to get its place, which is another if it was a partial file's: what
  /// it is exchanged for would stay under that one if the run were cut.
  package func nameForPlace(of name: [UInt8]) throws(SystemError) -> [UInt8] {
    guard PartialFile.isName(name) else { return name }
    let newName = makeName()
    try stage.directory.rename(name, to: stage.directory, as: newName, .replace)
    return newName
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
