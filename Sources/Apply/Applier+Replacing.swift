internal import FileSystem
internal import Hashing
internal import Replica

extension Applier {
  /// Swaps `name` in the stage with what is at `path`, and removes that if it is what it should
  /// be; otherwise swaps them back.
  static func replace(
    _ path: Path, in parent: borrowing Directory, by name: [UInt8],
    from stage: borrowing Directory, _ attributes: Attributes, _ stamp: Stamp
  ) throws(Refusal) {
    try check(path, in: parent, attributes, stamp)
    let before = try system { () throws(SystemError) in try parent.status(of: path.name) }
    do {
      try stage.rename(name, to: parent, as: path.name, .exchange)
    } catch {
      guard error.code == 22, attributes.kind != .directory else { throw Refusal(error) }
      // RACE: a file system without exchanges leaves a moment between the check and the rename.
      try system { () throws(SystemError) in
        try stage.rename(name, to: parent, as: path.name, .replace)
      }
      return
    }
    guard removeDisplaced(name, from: stage, before) else {
      try system { () throws(SystemError) in
        try stage.rename(name, to: parent, as: path.name, .exchange)
      }
      throw Refusal(before.kind == .directory ? .inTheWay : .precondition)
    }
  }

  /// Removes what a swap brought into the stage; false if that is not what had the status `before`,
  /// or a directory that is not empty.
  private static func removeDisplaced(
    _ name: [UInt8], from stage: borrowing Directory, _ before: Status
  ) -> Bool {
    do {
      guard try stage.status(of: name).isSameFile(as: before) else { return false }
      if before.kind == .directory {
        try stage.removeDirectory(name)
      } else {
        try stage.removeFile(name)
      }
      return true
    } catch {
      return false
    }
  }

  /// Throws unless what is at `path` is what the entry and its stamp say.
  static func check(
    _ path: Path, in parent: borrowing Directory, _ attributes: Attributes, _ stamp: Stamp
  ) throws(Refusal) {
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
      if stamp != .unknown {
        guard attributes.isUnchanged(status, stamp) else { throw Refusal(.precondition) }
      } else {
        let kind: FileKind = attributes.kind == .link ? .link : .file
        guard status.kind == kind, try hasContent(path, in: parent, attributes) else {
          throw Refusal(.precondition)
        }
      }
    }
  }

  /// Whether what is at `path` is what the entry says, found by reading it, because its status
  /// was taken too soon after a change to tell.
  private static func hasContent(
    _ path: Path, in parent: borrowing Directory, _ attributes: Attributes
  ) throws(Refusal) -> Bool {
    try system { () throws(SystemError) in
      var sha256 = SHA256()
      if attributes.kind == .link {
        return sha256.digest(of: try parent.readLink(path.name)) == attributes.digest
      }
      let file = try parent.openFile(path.name)
      var buffer = [UInt8](repeating: 0, count: 256 * 1024)
      while true {
        let count = try file.read(into: &buffer)
        sha256.update(buffer, first: count)
        if count < buffer.count { return sha256.finalize() == attributes.digest }
      }
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
