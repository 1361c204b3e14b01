package import Replica

/// The directory around the path that was looked at last, kept open for the next one in it.
package struct ParentDirectory: ~Copyable {
  private let root: Root
  /// How many bytes the keys below the root begin with that lead to it.
  private let prefixCount: Int
  private var key: [UInt8] = []
  private var opened: Directory?

  /// Opens directories at and below `root`, which is what paths call `place`.
  package init(_ root: Root, at place: Path = .root) {
    self.root = root
    prefixCount = place == .root ? 0 : place.key.count + 1
  }

  /// Calls `body` with the directory around `path`, and the name of `path` in it.
  package mutating func open<Result: ~Copyable>(
    around path: Path,
    _ body: (borrowing Directory, ArraySlice<UInt8>) throws(SystemError) -> Result
  ) throws(SystemError) -> Result {
    let name = path.name
    let parentKey = path.key[..<max(0, name.startIndex - 1)]
    if opened == nil || !parentKey.elementsEqual(key) {
      opened = nil
      key = Array(parentKey)
      opened = try root.openDirectory(Path(uncheckedKey: Array(key.dropFirst(prefixCount))))
    }
    switch opened {
    case .some(let directory): return try body(directory, name)
    case .none: preconditionFailure("the directory was just opened")
    }
  }
}
