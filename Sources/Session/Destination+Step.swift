internal import Chunks
internal import FileSystem
internal import Reconcile
internal import Replica
internal import Transfer

extension Destination {
  /// A change on its way to its place, which gains what it needs as that arrives. A class, since it
  /// goes through many hands.
  final class Step {
    let decision: Decision
    let before: Entry?
    let stamp: Stamp
    var result: Entry
    /// What waits in the stage for its place.
    var staged: Staged?
    /// The chunks of the file that waits there, if it is large.
    var chunks: ChunkList?
    /// The file that is renamed to it.
    var movedFrom: Path?
    /// Where what it replaces must have been kept.
    let conflictCopy: Path?
    let parentModified: Int64?

    init(
      _ decision: Decision, before: Entry?, stamp: Stamp, result: Entry,
      conflictCopy: Path? = nil, parentModified: Int64? = nil
    ) {
      self.decision = decision
      self.before = before
      self.stamp = stamp
      self.result = result
      self.conflictCopy = conflictCopy
      self.parentModified = parentModified
    }

    var path: Path { result.path }
    var makesDirectory: Bool { needsStaging && result.attributes.kind == .directory }
    var needsStaging: Bool { decision == .create || decision == .update }
    /// The path, if what is to be there may get its place with the directory around it: no
    /// precondition is looked at then but that nothing is where the directory is to be.
    var pathInNewDirectory: Path? {
      decision == .create && conflictCopy == nil ? path : nil
    }
    /// The directories of the tree in which it changes names.
    var changedDirectories: [Path] {
      if case .inside = staged { return [] }
      switch decision {
      case .record, .metadata: return []
      case .create, .update, .delete: return [path, movedFrom].compactMap { $0?.parent }
      }
    }
    /// Whether it makes a directory in which its owner can change nothing.
    var makesUnworkable: Bool { decision != .record && result.attributes.isUnworkable }
    /// Whether what has come of it is worth keeping when no more can come.
    var isResumable: Bool { result.attributes.size >= ChunkList.keptByteCount }
  }
}

extension Path {
  /// Whether the path is one that a run may change: neither a replica's state nor in it.
  var isInTree: Bool { !StateDirectory.covers(key.span) }
}
