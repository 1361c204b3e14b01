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
    guard !opening.isDryRun, let stage = try Stage(of: root) else { return }
    let names = try stage.displacedNames()
    guard !names.isEmpty, let lock = try Lock(Self.stateDirectory(of: root)) else { return }
    defer { withExtendedLifetime(lock) {} }
    for name in names { try settle(name, in: stage.directory) }
  }

  private func settle(_ name: [UInt8], in stage: borrowing Directory) throws {
    let status = try stage.status(of: name)
    let known = try entries(displacedAs: name)
    // What nobody knows the place of stays where it is.
    guard let path = known.first?.path, status.kind == .file || status.kind == .link else { return }
    let digest = try Applier.digest(of: name[...], in: stage, status.kind == .link ? .link : .file)
    let attributes = Attributes(of: status, digest)
    if known.contains(where: { $0.attributes.hasSameContent(as: attributes) }) {
      return try stage.removeFile(name)
    }
    let edit = Entry(
      path: path, attributes: attributes, vector: VersionVector(index.replica, index.epoch + 1))
    for place in [path, ConflictCopy.entry(of: edit).path] {
      do throws(SystemError) {
        return try stage.rename(
          name, to: try root.openDirectory(place.parent), as: place.name, .noReplace)
      } catch {
        guard error.isTaken || error.isAbsence || error.isRefusal else { throw error }
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
