internal import Reconcile
internal import Replica
internal import Wire

extension InitiatorRun {
  /// Fetches what this end is to have, and makes the changes.
  func pull(_ plan: Plan, of differences: PairedDifferences) throws {
    let destination = try Destination(local, deletes: options.deletes)
    let known = try KnownContent(
      for: plan, of: differences, at: localSide, isLocal: true, local,
      liveCount: local.view.liveCount)
    let fetch = Fetch(peer, destination, run: self)
    do {
      try plan.forEachAction(at: localSide) { action in
        announce(action)
        try take(action, by: fetch, known)
      }
      try fetch.finish()
      try destination.finish()
    } catch {
      // What has arrived whole is kept: the next run need not fetch it again.
      try? destination.flush()
      throw error
    }
    takeOutcomes(of: destination)
    summary.literalByteCount += fetch.literalByteCount
  }

  private func take(_ action: Action, by fetch: Fetch, _ known: KnownContent) throws {
    let entry = action.after
    var provision = Provision.nothing
    var origin: Path?
    if known.path(for: action) == nil, mayRebuild(action) {
      return try fetch.add(
        offered: Change(entry: entry, provision: .nothing, conflictCopy: action.keptCopy),
        from: action.origin)
    }
    switch action.decision {
    case .record, .metadata: break
    case .delete:
      provision = .deletion
      // Where the other end has not even a tombstone, it is asked whether it really has nothing.
      if action.isUntold { origin = action.path }
    case .create, .update:
      if entry.attributes.kind == .file, let old = action.movedFrom {
        provision = .move(from: old)
      } else if let path = known.path(for: action) {
        provision = .copy(from: path)
      } else if entry.attributes.kind != .directory {
        origin = action.origin
      }
    }
    try fetch.add(
      Change(entry: entry, provision: provision, conflictCopy: action.keptCopy), from: origin)
  }
}
