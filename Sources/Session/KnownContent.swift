internal import Hashing
internal import Index
internal import Reconcile
internal import Replica

/// Content that a replica is to have and that it has already, under other paths.
struct KnownContent {
  private var paths: [Digest: Path] = [:]

  /// Looks for what `plan`, which is made from `differences`, wants at `side` among the entries of
  /// that side, of which `liveCount` are live.
  ///
  /// What the other end has is known from the differences; and, as far as the ends agree, from this
  /// end's own index.
  init(
    for plan: Plan, of differences: PairedDifferences, at side: Side, _ local: LocalReplica,
    liveCount: Int
  ) throws {
    guard liveCount > 0, plan.tally.byteCount > 0 else { return }
    let isLocal = side == differences.localSide
    var wanted: Set<UInt64> = []
    // How many bytes the files have that are hashed when they are sent.
    var sizes: Set<Int64> = []
    try plan.forEachAction(at: side) { action in
      guard action.isContentWanted else { return }
      let attributes = action.after.attributes
      if attributes.isHashed {
        wanted.insert(attributes.digest.prefix)
      } else {
        sizes.insert(attributes.size)
      }
    }
    guard !wanted.isEmpty || !sizes.isEmpty else { return }
    try differences.forEach { path, entries in
      guard let there = entries[side]?.attributes, there.kind == .file else { return }
      if wanted.contains(there.digest.prefix) || sizes.contains(there.size) {
        paths[there.digest] = path
      }
    }
    // Reading the whole index costs about as much as sending four bytes an entry.
    guard !wanted.isEmpty, plan.tally.byteCount > 4 * Int64(local.view.liveCount) else { return }
    try local.forEachLiveEntry { run, index in
      let attributes = run.attributes(at: index)
      guard attributes.kind == .file, attributes.size > 0,
        wanted.contains(attributes.digest.prefix), paths[attributes.digest] == nil
      else { return }
      let path = run.path(at: index)
      if try isLocal || differences.comparison.isUndisputed(path) {
        paths[attributes.digest] = path
      }
    }
  }

  /// Where the replica has the content that a change wants.
  func path(for action: Action) -> Path? {
    if let path = action.copiedFrom { return path }
    return action.isContentWanted ? paths[action.after.attributes.digest] : nil
  }
}
