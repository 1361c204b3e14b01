import Reconcile
import Replica

extension World {
  /// Has an operation happen; one that makes no sense where things stand does not.
  func apply(_ operation: Operation) throws {
    switch operation {
    case .write(let replica, let path, let size):
      write(History.paths[path], size: size, at: replicas[replica])
    case .writeSame(let replica, let other, let path):
      let content = newContent()
      for number in [replica, other] {
        write(History.paths[path], size: 1, content: content, at: replicas[number])
      }
    case .link(let replica, let path): link(History.paths[path], at: replicas[replica])
    case .makeDirectory(let replica, let path):
      makeDirectory(History.paths[path], at: replicas[replica])
    case .remove(let replica, let path): remove(History.paths[path], at: replicas[replica])
    case .rename(let replica, let path, let to):
      rename(History.paths[path], to: History.paths[to], at: replicas[replica])
    case .swap(let replica, let path, let other):
      swap(History.paths[path], History.paths[other], at: replicas[replica])
    case .touch(let replica, let path): touch(History.paths[path], at: replicas[replica])
    case .changeMode(let replica, let path):
      changeMode(History.paths[path], at: replicas[replica])
    case .jump(let replica, let seconds):
      replicas[replica].jump(by: Int64(seconds) * 1_000_000_000)
    case .year: for replica in replicas { replica.advance(by: 365 * 86_400 * 1_000_000_000) }
    case .toggleReadable(let replica, let path):
      let path = History.paths[path]
      if replicas[replica].tree.unreadable.remove(path) == nil,
        replicas[replica].tree.nodes[path] != nil
      {
        replicas[replica].tree.unreadable.insert(path)
      }
    case .loseState, .snapshot, .setBack, .clone: try applyMisfortune(operation)
    case .look(let number):
      replicas[number].drawEpoch(newIdentity().rawValue)
      try checkDetection(replicas[number].scan(mutation), at: replicas[number])
    case .sync(let replica, let other, let direction, let fault):
      let orders: [[Side]] = [[.destination, .source], [.destination], [.source]]
      _ = try sync(replicas[replica], replicas[other], order: orders[direction], Faults(fault))
    }
  }

  private func applyMisfortune(_ operation: Operation) throws {
    switch operation {
    case .loseState(let number):
      try replicas[number].loseIndex(identity: newIdentity())
      hasUnion = true
    case .snapshot(let number):
      let replica = replicas[number]
      replica.snapshot = SimulatedReplica.Snapshot(
        tree: replica.tree, ghosts: replica.ghosts, state: try replica.state())
    case .setBack(let number, let withTree):
      let replica = replicas[number]
      guard let snapshot = replica.snapshot else { return }
      try replica.restore(snapshot.state)
      hasUnion = true
      if withTree {
        replica.tree = snapshot.tree
        replica.ghosts = snapshot.ghosts
        replica.unscanned = [:]
      }
    case .clone(let number, let original):
      let (replica, original) = (replicas[number], replicas[original])
      try replica.restore(try original.state())
      replica.tree = original.tree
      replica.tree.unreadable = []
      replica.ghosts = original.ghosts
      replica.unscanned = original.unscanned
      replica.snapshot = nil
      hasUnion = true
      try replica.renew(newIdentity())
    default: return
    }
  }

  private func isHidden(_ path: Path, _ replica: SimulatedReplica) -> Bool {
    replica.tree.unreadable.contains {
      path == $0 || path.isBelow($0) || $0.isBelow(path)
    }
  }

  private func note(_ path: Path, at replica: SimulatedReplica) {
    replica.noteBefore(path)
    let former = replica.unrecorded.removeValue(forKey: path) ?? replica.ghosts[path]
    replica.ghosts[path] = Ghost(newEvent(), after: former)
  }

  func write(_ path: Path, size: Int, content: Int? = nil, at replica: SimulatedReplica) {
    replica.advance(by: Int64(100_000_000 * (1 + size)))
    guard replica.tree.hasParent(of: path), !isHidden(path, replica) else { return }
    let former = replica.tree.nodes[path]
    guard former?.kind != .directory else { return }
    let content = size == 0 ? 0 : content ?? newContent()
    note(path, at: replica)
    if let former, former.kind == .file {
      // As most programs do, in place: the inode and the mode stay.
      var node = former
      node.content = content
      node.size = Int64(size)
      node.modified = replica.stampTime
      node.changed = replica.changeStamp
      replica.tree.nodes[path] = node
    } else {
      replica.tree.make(
        path, .file, content: content, size: Int64(size), mode: 0o644,
        modified: replica.stampTime, changed: replica.changeStamp)
    }
  }

  private func link(_ path: Path, at replica: SimulatedReplica) {
    replica.advance(by: 100_000_000)
    guard replica.tree.hasParent(of: path), !isHidden(path, replica),
      replica.tree.nodes[path]?.kind != .directory
    else { return }
    note(path, at: replica)
    replica.tree.make(
      path, .link, content: newContent(), size: 9, mode: 0, modified: replica.stampTime,
      changed: replica.changeStamp)
  }

  private func makeDirectory(_ path: Path, at replica: SimulatedReplica) {
    replica.advance(by: 100_000_000)
    guard replica.tree.hasParent(of: path), !isHidden(path, replica) else { return }
    if replica.tree.nodes[path]?.kind == .directory { return }
    note(path, at: replica)
    replica.tree.make(
      path, .directory, mode: 0o755, modified: 0, changed: replica.changeStamp)
  }

  private func remove(_ path: Path, at replica: SimulatedReplica) {
    replica.advance(by: 100_000_000)
    guard replica.tree.nodes[path] != nil, !isHidden(path, replica) else { return }
    for gone in replica.tree.subtree(path) { note(gone, at: replica) }
    replica.tree.remove(path)
  }

  private func rename(_ path: Path, to new: Path, at replica: SimulatedReplica) {
    replica.advance(by: 100_000_000)
    guard replica.tree.nodes[path] != nil, replica.tree.nodes[new] == nil,
      replica.tree.hasParent(of: new), !new.isBelow(path), path != new,
      !isHidden(path, replica), !isHidden(new, replica)
    else { return }
    for old in replica.tree.subtree(path) {
      note(old, at: replica)
      note(Path(uncheckedKey: new.key + old.key.dropFirst(path.key.count)), at: replica)
    }
    replica.tree.rename(path, to: new, changed: replica.changeStamp)
  }

  private func swap(_ path: Path, _ other: Path, at replica: SimulatedReplica) {
    let between = Path(uncheckedKey: Array("between".utf8))
    guard path != other, !path.isBelow(other), !other.isBelow(path),
      replica.tree.nodes[path] != nil, replica.tree.nodes[other] != nil
    else { return }
    rename(path, to: between, at: replica)
    rename(other, to: path, at: replica)
    rename(between, to: other, at: replica)
  }

  private func touch(_ path: Path, at replica: SimulatedReplica) {
    replica.advance(by: 3_000_000_000)
    guard var node = replica.tree.nodes[path], node.kind != .directory, !isHidden(path, replica)
    else { return }
    note(path, at: replica)
    node.modified = replica.stampTime
    node.changed = replica.changeStamp
    replica.tree.nodes[path] = node
  }

  private func changeMode(_ path: Path, at replica: SimulatedReplica) {
    replica.advance(by: 100_000_000)
    guard var node = replica.tree.nodes[path], node.kind != .link, !isHidden(path, replica)
    else { return }
    note(path, at: replica)
    node.mode = node.mode == 0o755 ? 0o700 : 0o755
    node.changed = replica.changeStamp
    replica.tree.nodes[path] = node
  }
}

extension Faults {
  fileprivate init(_ fault: Operation.Fault) {
    switch fault {
    case .none: self.init()
    case .cut(let count): self.init(cutAfter: count)
    case .crash(let count): self.init(cutAfter: count, crashes: true)
    case .fail(let count): self.init(failing: count)
    case .race(let count): self.init(race: count)
    }
  }
}
