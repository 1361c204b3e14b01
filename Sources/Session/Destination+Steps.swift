internal import Apply
internal import FileSystem
internal import Glibc
internal import Index
internal import Reconcile
internal import Replica

extension Destination {
  /// Makes one change and returns the stamp to record; nil if it is recorded later.
  func make(_ step: Step) throws(Refusal) -> Stamp? {
    let path = step.path
    let attributes = step.result.attributes
    if case .inside(let directory, _) = step.staged, !refusals.isEmpty,
      let refusal = refusals[directory.path]
    {
      throw refusal
    }
    if let copy = step.conflictCopy { try checkKept(step, at: copy) }
    if let modified = step.parentModified, step.decision != .record {
      applier.setParentTime(of: path, to: modified)
    }
    switch step.decision {
    case .record: return step.stamp
    case .delete:
      guard let before = step.before else { return nil }
      if movedAway.contains(path) { return Stamp.none }
      try applier.remove(path, before.attributes, step.stamp, stagedAs: writer.makeName())
      return Stamp.none
    case .metadata where attributes.kind == .directory:
      return try setMode(step)
    case .metadata:
      guard let before = step.before else { return nil }
      return fresh(
        try applier.setMetadata(of: path, to: attributes, before.attributes, step.stamp),
        attributes)
    case .create, .update:
      let stamp =
        if let old = step.movedFrom { try move(step, from: old) } else { try install(step) }
      if ConflictCopy.original(of: path.name) != nil { kept.insert(path) }
      return stamp
    }
  }

  /// Throws unless the content that a change replaces has been kept, by this run or before.
  private func checkKept(_ step: Step, at copy: Path) throws(Refusal) {
    guard let before = step.before, !kept.contains(copy) else { return }
    // An index that cannot be read says nothing of a copy.
    let known = try? replica.entry(at: copy)?.entry
    guard known?.attributes.hasSameContent(as: before.attributes) ?? false else {
      throw Refusal(.precondition)
    }
  }

  /// Gives its place to what waits in the stage, or notes that it has got it with a directory.
  private func install(_ step: Step) throws(Refusal) -> Stamp? {
    let stamp: Stamp
    switch step.staged {
    case .alone(let name):
      stamp = try install(name, for: step)
    case .directory(let directory):
      guard !directory.isSpoiled else { throw Refusal(.failed, EIO) }
      _ = try applier.install(directory.name, at: step.path, precondition(step))
      stamp = .none
    case .inside(_, let inside): stamp = inside
    case nil: throw Refusal(.mismatch)
    }
    guard step.result.attributes.kind == .directory else {
      return fresh(stamp, step.result.attributes)
    }
    return Stamp.none
  }

  private func install(_ name: [UInt8], for step: Step) throws(Refusal) -> Stamp {
    let placed: [UInt8]
    do { placed = try writer.nameForPlace(of: name) } catch { throw Refusal(error) }
    do throws(Refusal) {
      return try applier.install(placed, at: step.path, precondition(step))
    } catch {
      writer.discard(.alone(name: placed))
      throw error
    }
  }

  /// Renames a file that is the same but for its name.
  private func move(_ step: Step, from old: Path) throws(Refusal) -> Stamp {
    // An index that cannot be read has no file to move.
    guard let (entry, stamp) = try? replica.entry(at: old),
      entry.attributes == step.result.attributes
    else { throw Refusal(.precondition) }
    let moved = try applier.move(old, entry.attributes, stamp, to: step.path)
    movedAway.insert(old)
    return fresh(moved, entry.attributes)
  }

  private func precondition(_ step: Step) -> Precondition {
    guard let before = step.before, before.attributes.isLive else { return .absent }
    return .present(before.attributes, step.stamp)
  }

  /// The stamp of a file that this run has put in place, unless its time is so late that a change
  /// right after could go unnoticed.
  private func fresh(_ stamp: Stamp, _ attributes: Attributes) -> Stamp {
    replica.clock.isRacy(given: attributes.modified) ? .unknown : stamp
  }
}

extension LocalReplica {
  /// Throws unless what a peer asks to be remembered has seen all that is remembered here, no
  /// change of this replica that this replica has not made, and not those of too many.
  func checkVersions(of entry: Entry, over before: Entry?) throws(Malformed) {
    let mine = before?.vector ?? VersionVector()
    let causality = entry.vector.compared(with: mine)
    guard causality == .dominates || causality == .equal,
      1...VersionVector.maximumTakenCount ~= entry.vector.counterCount,
      entry.vector[index.replica] <= max(mine[index.replica], index.epoch)
    else { throw .vector }
  }
}
