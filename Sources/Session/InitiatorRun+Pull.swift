internal import Reconcile
internal import Replica
internal import Wire

extension InitiatorRun {
  /// Fetches what this end is to have, and makes the changes.
  func pull(_ plan: Plan, of differences: PairedDifferences) throws {
    let destination = try Destination(local, deletes: options.deletes)
    let known = try KnownContent(
      for: plan, of: differences, at: localSide, local, liveCount: local.view.liveCount)
    let fetch = Fetch(peer, destination, run: self)
    do {
      try plan.forEachActionInside(at: localSide) { planned in
        guard let action = try fetchInParts(planned, by: fetch, differences) else { return }
        announce(action)
        let copied = known.path(for: action)
        if copied == nil, mayRebuild(action) {
          try fetch.add(
            offered: Change(
              entry: action.after, provision: .nothing, conflictCopy: action.keptCopy),
            from: action.origin)
        } else {
          try take(action, by: fetch, copying: copied)
        }
      }
      try fetch.catchUp()
      let again = fetch.takeUncopied()
      if !again.isEmpty {
        try plan.forEachAction(at: localSide) { action in
          if again.contains(action.path) { try take(action, by: fetch) }
        }
        try fetch.catchUp()
      }
      if plan.tally.openedCount[localSide] > 0 {
        try destination.flush()
        takeOutcomes(of: destination)
      }
      try forEachOpening(of: plan, at: localSide, in: differences) { action in
        announce(action)
        try take(action, by: fetch)
      }
      try fetch.catchUp()
      try destination.finish()
    } catch {
      destination.salvage()
      throw error
    }
    takeOutcomes(of: destination)
    summary.literalByteCount += fetch.literalByteCount
  }

  /// Fetches a large file that the other end's scan has left to be hashed now, in parts; returns nil then, or
  /// the change as it is to be made otherwise, as ``sendInParts(_:from:)`` does.
  private func fetchInParts(
    _ planned: Action, by fetch: Fetch, _ differences: PairedDifferences
  ) throws -> Action? {
    guard planned.isContentWanted, !planned.after.attributes.isHashed,
      !encounter.introductions.local.isEmpty
    else { return planned }
    return try fetch.takeParts(of: planned) { try differences.learn($0, at: planned.origin) }
  }

  /// Makes one change with what it needs; this end has its content at `copied`, if that is given.
  private func take(_ action: Action, by fetch: Fetch, copying copied: Path? = nil) throws {
    let entry = action.after
    var provision = Provision.nothing
    var origin: Path?
    switch action.decision {
    case .record, .metadata: break
    case .delete:
      provision = .deletion
      // Where the other end has not even a tombstone, it is asked whether it really has nothing.
      if action.isUntold { origin = action.path }
    case .create, .update:
      if entry.attributes.kind == .file, let old = action.movedFrom {
        provision = .move(from: old)
      } else if let copied {
        provision = .copy(from: copied)
      } else if entry.attributes.kind != .directory {
        origin = action.origin
      }
    }
    try fetch.add(
      Change(entry: entry, provision: provision, conflictCopy: action.keptCopy), from: origin,
      renames: action.decision != .record && action.decision != .metadata)
  }
}
