internal import FileSystem
package import Replica

/// What is staged in one step.
extension ContentWriter {
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
      let made = try NewDirectory(at: path, mode: mode, as: makeName(), in: directory)
      newDirectory = made
      return .directory(made)
    } catch {
      throw .system(error)
    }
  }

  /// Stages a whole content: a file's, or the target of a link. A mismatch if it is not what is
  /// announced.
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
    guard target.count == attributes.size, digester.digest(of: target) == attributes.digest else {
      throw .mismatch
    }
    do {
      return try place(at: path).makeLink(
        in: directory, target: target, modified: attributes.modified)
    } catch {
      throw .system(error)
    }
  }

  /// Stages the content of a file or link that the destination has at `source`. A mismatch if it is not
  /// what is announced, or cannot be read.
  package mutating func stage(
    copyOf source: Path, _ attributes: Attributes, at path: Path? = nil
  ) throws(StagingFailure) -> Staged {
    if attributes.kind == .link {
      let target = try Self.old { () throws(SystemError) in
        try root.openDirectory(source.parent).readLink(source.name)
      }
      return try makeLink(target, attributes, at: path)
    }
    let file = try Self.old { () throws(SystemError) in try root.openFile(source) }
    guard file.statusAtOpening?.size == attributes.size else { throw .mismatch }
    try begin(attributes, at: path)
    try write(attributes.size, of: Basis(file), at: 0)
    return try finish()
  }

  /// What the destination has; what it cannot read is sent instead.
  private static func old<Content: ~Copyable>(
    _ read: () throws(SystemError) -> Content
  ) throws(StagingFailure) -> Content {
    do { return try read() } catch { throw .mismatch }
  }
}
