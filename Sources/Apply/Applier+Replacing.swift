package import FileSystem
package import Hashing
package import Replica

extension Applier {
  /// Gives what is staged a place where nothing is; returns its stamp there.
  static func place(
    _ name: [UInt8], from stage: borrowing Directory, at path: Path,
    in parent: borrowing Directory, _ isInPlace: () -> Bool
  ) throws(Refusal) -> Stamp {
    do throws(SystemError) {
      try stage.rename(name, to: parent, as: path.name, .noReplace)
    } catch {
      // What is left out by a rule, or came in the meantime.
      throw error.isTaken ? Refusal(.inTheWay) : Refusal(error)
    }
    let placed = try system { () throws(SystemError) in try parent.status(of: path.name) }
    if isInPlace() { return Stamp(of: placed) }
    try system { () throws(SystemError) in
      try parent.rename(path.name, to: stage, as: name, .noReplace)
      if try !stage.status(of: name).isSameFile(as: placed) {
        try stage.rename(name, to: parent, as: path.name, .noReplace)
      }
    }
    throw Refusal(.precondition)
  }

  /// Swaps `name` in the stage, which gets its owner, with what is at `path`, and removes that if it
  /// is what it should be; otherwise swaps them back. A directory goes first, if it is empty: what is
  /// in one would be lost if the run ended while it is in the stage. Returns the stamp of what has taken
  /// the place: of before anything is removed, which takes its time and would hide an edit.
  static func replace(
    _ path: Path, in parent: borrowing Directory, by name: [UInt8],
    from stage: borrowing Directory, _ attributes: Attributes, _ stamp: Stamp,
    _ isInPlace: () -> Bool
  ) throws(Refusal) -> Stamp {
    let before = try check(path, in: parent, attributes, stamp)
    if before.kind == .directory {
      guard isInPlace() else { throw Refusal(.precondition) }
      try replaceDirectory(path.name, in: parent, by: name, from: stage, before)
      return try Self.stamp(of: path, in: parent)
    }
    try system { () throws(SystemError) in
      try stage.takeOwner(name, from: path.name, in: parent)
    }
    let displaced = DisplacedFile.name(of: path, name)
    try system { () throws(SystemError) in
      try stage.rename(name, to: stage, as: displaced, .noReplace)
    }
    do throws(Refusal) {
      if try !swap(displaced, in: stage, with: path.name, in: parent, isInPlace) {
        guard isInPlace() else { throw Refusal(.precondition) }
        return try Self.stamp(of: path, in: parent)
      }
    } catch {
      // Who gave it removes it.
      try? stage.rename(displaced, to: stage, as: name, .noReplace)
      throw error
    }
    let placed = try? Self.stamp(of: path, in: parent)
    guard let placed, isInPlace(), removeDisplaced(displaced, from: stage, before) else {
      try system { () throws(SystemError) in
        try stage.rename(displaced, to: parent, as: path.name, .exchange)
      }
      try? stage.rename(displaced, to: stage, as: name, .noReplace)
      throw Refusal(.precondition)
    }
    return placed
  }

  /// Swaps what is staged with what is at a place in the tree; false if that went at once.
  private static func swap(
    _ name: [UInt8], in stage: borrowing Directory, with place: ArraySlice<UInt8>,
    in parent: borrowing Directory, _ isInPlace: () -> Bool
  ) throws(Refusal) -> Bool {
    do {
      try stage.rename(name, to: parent, as: place, .exchange)
      return true
    } catch {
      guard error.isUnsupported else { throw Refusal(error) }
    }
    // RACE: a file system without exchanges leaves a moment between the checks and the rename, which
    // cannot be taken back.
    guard isInPlace() else { throw Refusal(.precondition) }
    try system { () throws(SystemError) in
      do throws(SystemError) {
        try stage.rename(name, to: parent, as: place, .replace)
      } catch {
        // A directory takes the place of nothing but a directory.
        guard error.isAbsence else { throw error }
        try parent.removeFile(place)
        try stage.rename(name, to: parent, as: place, .noReplace)
      }
    }
    return false
  }

  /// Removes a directory if it is empty, and gives its place to `name` in the stage; if that cannot be,
  /// makes another.
  private static func replaceDirectory(
    _ place: ArraySlice<UInt8>, in parent: borrowing Directory, by name: [UInt8],
    from stage: borrowing Directory, _ before: Status
  ) throws(Refusal) {
    do {
      try parent.removeDirectory(place)
    } catch {
      throw error.isNotEmpty ? Refusal(.inTheWay) : Refusal(error)
    }
    do {
      try stage.rename(name, to: parent, as: place, .noReplace)
    } catch {
      // If even that fails, the next scan takes note that it has gone.
      if (try? parent.makeDirectory(place)) != nil { try? parent.setMode(place, before.mode) }
      throw Refusal(error)
    }
  }

  /// Removes what a swap brought into the stage; false if that is not what had the status `before`.
  private static func removeDisplaced(
    _ name: [UInt8], from stage: borrowing Directory, _ before: Status
  ) -> Bool {
    do {
      guard try stage.status(of: name).isSameFile(as: before) else { return false }
      try stage.removeFile(name)
      return true
    } catch {
      return false
    }
  }

  /// Throws unless what is at `path` is what the entry and its stamp say; returns its status, from
  /// before it was read if it had to be.
  static func check(
    _ path: Path, in parent: borrowing Directory, _ attributes: Attributes, _ stamp: Stamp
  ) throws(Refusal) -> Status {
    let status: Status
    do {
      status = try parent.status(of: path.name)
    } catch {
      throw Refusal(.precondition, error.code)
    }
    switch attributes.kind {
    case .tombstone: throw Refusal(.precondition)
    case .directory:
      guard status.kind == .directory else { throw Refusal(.precondition) }
    case .file, .link:
      let kind: FileKind = attributes.kind == .link ? .link : .file
      guard status.kind == kind, stamp == .unknown || attributes.agrees(with: status) else {
        throw Refusal(.precondition)
      }
      // What this run does to one name of a file changes the status of its others.
      if stamp == Stamp(of: status) { break }
      guard stamp == .unknown || stamp.inode == status.inode,
        try hasContent(path, in: parent, attributes)
      else { throw Refusal(.precondition) }
    }
    return status
  }

  /// Whether what is at `path` is what the entry says, found by reading it, because its status does not
  /// tell.
  static func hasContent(
    _ path: Path, in parent: borrowing Directory, _ attributes: Attributes
  ) throws(Refusal) -> Bool {
    try system { () throws(SystemError) in
      try digest(of: path.name, in: parent, attributes.kind) == attributes.digest
    }
  }

  /// The digest of the content of the file or link `name`.
  package static func digest(
    of name: ArraySlice<UInt8>, in parent: borrowing Directory, _ kind: Attributes.Kind
  ) throws(SystemError) -> Digest {
    var sha256 = SHA256()
    if kind == .link { return sha256.digest(of: try parent.readLink(name)) }
    let file = try parent.openFile(name)
    var buffer = [UInt8](repeating: 0, count: 256 * 1024)
    while true {
      let count = try file.read(into: &buffer)
      sha256.update(buffer, first: count)
      if count < buffer.count { return sha256.finalize() }
    }
  }

  /// Turns the error of a system call into a refusal.
  static func system<Result>(
    _ body: () throws(SystemError) -> Result
  ) throws(Refusal) -> Result {
    do { return try body() } catch { throw Refusal(error) }
  }
}

extension Status {
  /// Whether this is the file that had the status `other`, renamed but otherwise untouched.
  func isSameFile(as other: Status) -> Bool {
    inode == other.inode && kind == other.kind && size == other.size
      && modified == other.modified
  }
}
