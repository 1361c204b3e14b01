import FileSystem
import Index
import Reconcile
import Replica

extension SimulatedRun {
  /// Makes one change as `Apply` does; false if it cannot be made, and then nothing has happened.
  func perform(_ action: Action) throws -> Bool {
    let replica = ends[action.side]
    replica.advance(by: 1_000_000)
    if mutation == .recordsBeforeApplying {
      try replica.record([Recorded(entry: action.after, stamp: .none)])
      if stepCount == faults.cutAfter, faults.crashes { return false }
    }
    if action.decision == .delete, movedAway[action.side].contains(action.path) {
      remember(action, stamp: .none)
      // A user may have put something there since it was renamed.
      if replica.tree.nodes[action.path] == nil {
        replica.ghosts[action.path] = incoming(action)?.joined(with: replica.ghosts[action.path])
      }
      return true
    }
    if mutation != .forgetsIntent { try replica.index.expect([action.after]) }
    guard try isAsPlanned(action, replica), let ghost = incoming(action) else { return false }
    let isDone: Bool
    switch action.decision {
    case .record: return true
    case .delete: isDone = try delete(action, ghost, replica)
    case .metadata: isDone = try setMetadata(action, ghost, replica)
    case .create, .update: isDone = try install(action, ghost, replica)
    }
    guard isDone else { return false }
    made[action.side].insert(action.path)
    // A time is merged; of two modes one is taken, and the other needs no copy.
    let isMerged =
      action.decision == .metadata
      && action.before?.attributes.mode == action.after.attributes.mode
    replica.ghosts[action.path] =
      isMerged
      ? ghost.merged(with: replica.ghosts[action.path])
      : ghost.joined(with: replica.ghosts[action.path])
    return true
  }

  /// What a user did to bring about what is to come.
  private func incoming(_ action: Action) -> Ghost? {
    if let own = action.copiedFrom { return ends[action.side].ghosts[own] }
    return ends[action.side.other].ghosts[action.origin]
  }

  /// The precondition: what is there is what the plan was made for.
  private func isAsPlanned(_ action: Action, _ replica: SimulatedReplica) throws -> Bool {
    guard replica.tree.hasParent(of: action.path) else { return false }
    if let copy = action.keptCopy, mutation != .replacesBeforeKeeping,
      !made[action.side].contains(copy)
    {
      let known = try replica.recorded().first { $0.entry.path == copy }?.entry.attributes
      guard let before = action.before, known?.hasSameContent(as: before.attributes) ?? false
      else { return false }
    }
    if mutation == .skipsPreconditions { return true }
    let node = replica.tree.nodes[action.path]
    guard let before = action.before, before.attributes.isLive else { return node == nil }
    guard let node, node.kind == before.attributes.kind else { return false }
    if node.kind == .directory { return true }
    let stamp = try replica.recorded().first { $0.entry.path == action.path }?.stamp
    return stamp == .unknown
      ? node.attributes.hasSameContent(as: before.attributes)
      : before.attributes.isUnchanged(node.status, stamp ?? .none)
  }

  private func delete(
    _ action: Action, _ ghost: Ghost, _ replica: SimulatedReplica
  ) throws -> Bool {
    let path = action.path
    if replica.tree.nodes[path]?.kind == .directory {
      guard replica.tree.subtree(path).count == 1 else { return false }
    } else {
      try world.checkReplacement(of: path, at: replica, by: ghost, content: nil, action)
    }
    replica.tree.remove(path)
    remember(action, stamp: .none)
    return true
  }

  private func setMetadata(
    _ action: Action, _ ghost: Ghost, _ replica: SimulatedReplica
  ) throws -> Bool {
    guard var node = replica.tree.nodes[action.path] else { return false }
    node.mode = node.kind == .link ? 0 : action.after.attributes.mode
    if node.kind != .directory { node.modified = action.after.attributes.modified }
    node.changed = replica.changeStamp
    replica.tree.nodes[action.path] = node
    remember(action, stamp: stamp(of: node, replica))
    return true
  }

  private func install(
    _ action: Action, _ ghost: Ghost, _ replica: SimulatedReplica
  ) throws -> Bool {
    let (path, attributes) = (action.path, action.after.attributes)
    if let old = action.movedFrom, attributes.kind == .file {
      guard let node = replica.tree.nodes[old], node.attributes == attributes else { return false }
      try world.checkReplacement(of: path, at: replica, by: ghost, content: node.content, action)
      replica.tree.rename(old, to: path, changed: replica.changeStamp)
      movedAway[action.side].insert(old)
    } else {
      var content = 0
      if attributes.kind != .directory {
        let holder = action.copiedFrom == nil ? ends[action.side.other] : replica
        guard let node = holder.tree.nodes[action.copiedFrom ?? action.origin],
          node.attributes.hasSameContent(as: attributes)
        else { return false }
        content = node.content
      }
      if replica.tree.nodes[path]?.kind == .directory, attributes.kind != .directory {
        guard replica.tree.subtree(path).count == 1 else { return false }
      }
      try world.checkReplacement(of: path, at: replica, by: ghost, content: content, action)
      replica.tree.make(
        path, attributes.kind, content: content, size: attributes.size, mode: attributes.mode,
        modified: attributes.modified, changed: replica.changeStamp)
    }
    guard let node = replica.tree.nodes[path] else { return false }
    remember(action, stamp: stamp(of: node, replica))
    return true
  }

  /// The stamp that is recorded of what this run has put in place.
  private func stamp(of node: SimulatedTree.Node, _ replica: SimulatedReplica) -> Stamp {
    if node.kind == .directory { return .none }
    let limit = replica.granularity
    let isRacy = abs(replica.now - node.modified) <= limit && mutation != .trustsRacyStamps
    return isRacy ? .unknown : Stamp(of: node.status)
  }
}
