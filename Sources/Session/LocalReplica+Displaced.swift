internal import Apply
internal import FileSystem
internal import Index
internal import Reconcile
internal import Replica

/// What a run that was cut had renamed out of the tree, and had not looked at again.
extension LocalReplica {
  /// Removes what is known, and gives what may be an edit its place again or, where something else has
  /// taken that, one beside it, as if it had lost a conflict.
  func settleDisplaced() throws {
    guard !opening.isDryRun else { return }
    do {
      guard let stage = try Stage(of: root) else { return }
      let names = try stage.displacedNames()
      guard !names.isEmpty, let lock = try Lock(Self.stateDirectory(of: root)) else { return }
      defer { withExtendedLifetime(lock) {} }
      for name in names {
        // What cannot be looked at stays, for the next run to try again.
        do { try settle(name, in: stage.directory) } catch is SystemError {}
      }
    } catch is SystemError {
      // Where a directory cannot be locked, too, all stays.
    }
  }

  private func settle(_ name: [UInt8], in stage: borrowing Directory) throws {
    let known = try entries(displacedAs: name)
    // What nobody knows the place of stays where it is.
    guard let path = known.first?.path else { return }
    let status = try stage.status(of: name)
    let attributes: Attributes
    switch status.kind {
    case .special: return
    case .directory:
      // One that was to take the place of a file did not if that is there; any other is a user's.
      if known.contains(where: { $0.attributes.kind == .directory }),
        let kind = try? root.status(of: path).kind, kind != .directory
      {
        return try removeTree(name, in: stage)
      }
      attributes = .directory(mode: status.mode)
    case .file, .link:
      let kind: Attributes.Kind = status.kind == .link ? .link : .file
      attributes = Attributes(of: status, try Applier.digest(of: name[...], in: stage, kind))
      if known.contains(where: { $0.attributes.hasSameContent(as: attributes) }) {
        return try stage.removeFile(name)
      }
    }
    let version = VersionVector(index.replica, index.epoch + 1)
    let edit = Entry(path: path, attributes: attributes, vector: version)
    for place in [path, ConflictCopy.entry(of: edit).path] {
      do throws(SystemError) {
        return try stage.rename(
          name, to: try root.openDirectory(place.parent), as: place.name, .noReplace)
      } catch {
        guard error.isTaken else { throw error }
      }
    }
  }

  /// What is remembered, or was to come, at the path that a name in the stage tells of.
  private func entries(displacedAs name: [UInt8]) throws -> [Entry] {
    var entries = try index.expected().values.filter { DisplacedFile.isName(name, of: $0.path) }
    var rows = RowCursor(index)
    while let row = try rows.next() {
      let run = row.bucket.run
      for position in 0..<run.count where DisplacedFile.isName(name, of: run.path(at: position)) {
        entries.append(run.entry(at: position))
      }
    }
    return entries
  }
}
