internal import FileSystem
internal import Replica

/// The partial files in the stage that a large file can be put together from.
struct Partials {
  private struct Left {
    let file: PartialFile
    /// How much of the content under way it has, in bytes; all of it, as long as that is not known.
    var worth: Int64
  }

  private var files: [Left]

  /// Finds those that former runs have left.
  init(in stage: borrowing Stage) {
    // What cannot be listed is sent again.
    files = ((try? stage.partials(now: wallClockNanoseconds())) ?? [])
      .map { Left(file: $0, worth: $0.byteCount) }
  }

  /// The names of those of the file at `path`.
  func names(of path: Path) -> [[UInt8]] {
    files.filter { $0.file.isOf(path) }.map(\.file.name)
  }

  /// Notes how much of the content under way the one with a name has, in bytes.
  mutating func note(_ name: [UInt8], worth: Int64) {
    guard let index = files.firstIndex(where: { $0.file.name == name }) else { return }
    files[index].worth = worth
  }

  /// Keeps the file with a name that this run has left, or one of the same path that is worth more.
  /// What is not kept is removed.
  mutating func keep(_ name: [UInt8], in stage: borrowing Stage) {
    guard let left = try? stage.partial(name) else { return }
    let ofPath = files.filter { $0.file.isOfPath(of: left) }
    files.removeAll { $0.file.isOfPath(of: left) }
    var kept = Left(file: left, worth: left.byteCount)
    for former in ofPath {
      let loser = former.worth > kept.worth ? kept : former
      kept = former.worth > kept.worth ? former : kept
      Self.remove(loser.file, from: stage)
    }
    files.insert(kept, at: 0)
    if files.count > PartialFile.maximumCount { Self.remove(files.removeLast().file, from: stage) }
  }

  /// Removes the one of the file at `path`, or all if there is no path.
  mutating func remove(of path: Path? = nil, from stage: borrowing Stage) {
    files.removeAll { left in
      guard path.map(left.file.isOf) ?? true else { return false }
      Self.remove(left.file, from: stage)
      return true
    }
  }

  private static func remove(_ file: PartialFile, from stage: borrowing Stage) {
    // Whatever is left in the stage goes when a later run clears it.
    try? stage.directory.removeFile(file.name)
  }
}
