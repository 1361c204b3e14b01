internal import FileSystem
internal import Replica

/// The partial files in the stage that a large file can be put together from: of each path the longest.
struct Partials {
  private var files: [PartialFile]

  /// Finds those that former runs have left.
  init(in stage: borrowing Stage) {
    // What cannot be listed is sent again.
    files = (try? stage.partials(now: wallClockNanoseconds())) ?? []
  }

  /// The one of the file at `path`, to be read; nil if there is none that can be opened.
  func open(of path: Path, in stage: borrowing Stage) -> File? {
    guard let partial = files.first(where: { $0.isOf(path) }) else { return nil }
    return try? stage.directory.openFile(partial.name)
  }

  /// Keeps the file with a name that this run has left, or what there is of the same path if that is
  /// longer. What is not kept is removed.
  mutating func keep(_ name: [UInt8], in stage: borrowing Stage) {
    guard let left = try? stage.partial(name) else { return }
    if let former = files.firstIndex(where: { $0.isOfPath(of: left) }) {
      guard files[former].byteCount <= left.byteCount else {
        return Self.remove(left, from: stage)
      }
      Self.remove(files.remove(at: former), from: stage)
    }
    files.insert(left, at: 0)
    if files.count > PartialFile.maximumCount { Self.remove(files.removeLast(), from: stage) }
  }

  /// Removes the one of the file at `path`, or all if there is no path.
  mutating func remove(of path: Path? = nil, from stage: borrowing Stage) {
    files.removeAll { file in
      guard path.map(file.isOf) ?? true else { return false }
      Self.remove(file, from: stage)
      return true
    }
  }

  private static func remove(_ file: PartialFile, from stage: borrowing Stage) {
    // Whatever is left in the stage goes when a later run clears it.
    try? stage.directory.removeFile(file.name)
  }
}
