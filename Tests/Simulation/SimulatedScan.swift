import FileSystem
package import Index
import Replica

/// What a scan made of a replica.
struct Scanned {
  /// The entries, in key order.
  var entries: [Recorded] = []
  /// Paths at and below which nothing is known.
  var unknown: Set<Path> = []

  /// Whether nothing is known of a path.
  func isUnknown(_ path: Path) -> Bool {
    var path = path
    while path != .root {
      if unknown.contains(path) { return true }
      path = path.parent
    }
    return false
  }
}

extension SimulatedReplica {
  /// Walks the tree as `Scan` does, and commits what it finds.
  func scan(_ mutation: Mutation?) throws -> Scanned {
    let credibleTime = credibleTime
    let observer = Observer(
      replica: index.replica, epoch: nextEpoch - 1, now: now, doubtsRemembered: isRestored,
      lastTrusted: lastTrusted, expected: try index.expected(), knowledge: index.knowledge,
      credibleTime: credibleTime)
    let remembered = try recorded()
    var known: [Path: Recorded] = [:]
    for entry in remembered { known[entry.entry.path] = entry }
    var scanned = Scanned()
    scanned.unknown = mutation == .unreadableDeletes ? [] : tree.unreadable
    let isHidden: (Path) -> Bool = { [tree] path in
      tree.unreadable.contains { path == $0 || path.isBelow($0) }
    }
    for path in Set(tree.nodes.keys).union(known.keys).sorted() {
      if let node = tree.nodes[path], !isHidden(path) {
        scanned.entries.append(found(node, at: path, known[path], observer, mutation))
      } else if let old = known[path] {
        if let kept = missed(old, isUnknown: scanned.isUnknown(path), observer, mutation) {
          scanned.entries.append(kept)
        }
      }
    }
    if Set(scanned.entries.map(\.entry.path)).isSuperset(of: known.keys) {
      let changed = scanned.entries.filter { known[$0.entry.path] != $0 }
      try commit(changed)
    } else {
      // What is forgotten leaves an index that is made anew: the real one merges it row by row.
      let state = State(
        replica: index.replica, epochs: index.epochs, knowledge: index.knowledge,
        entries: scanned.entries, isNew: isNew)
      try restore(state)
      try commit([])
    }
    try index.clearExpected(at: index.expected().keys.filter { !scanned.isUnknown($0) })
    isRestored = false
    lastTrusted = nil
    unrecorded = [:]
    forgetUndone(scanned.isUnknown)
    return scanned
  }

  private func commit(_ changed: [Recorded]) throws {
    var knowledge = index.knowledge
    knowledge.note(
      index.replica, in: nextEpoch, now: credibleTime)
    try record(changed, epoch: nextEpoch, knowledge)
  }

  private func found(
    _ node: SimulatedTree.Node, at path: Path, _ known: Recorded?, _ observer: Observer,
    _ mutation: Mutation?
  ) -> Recorded {
    if let known, !isRestored, node.kind != .directory,
      known.entry.attributes.isUnchanged(node.status, known.stamp)
    {
      return known
    }
    var attributes = node.attributes
    if mutation == .missesModes, let old = known?.entry.attributes,
      old.hasSameContent(as: attributes)
    {
      attributes = old
    }
    let vector = observer.found(
      attributes, at: path, remembered: known.map { ($0.entry.attributes, $0.entry.vector) })
    let clock = FileClock(now: changeTime, granularity: granularity)
    let isRacy = clock.isRacy(node.status) && mutation != .trustsRacyStamps
    let stamp = node.kind == .directory ? Stamp.none : isRacy ? .unknown : Stamp(of: node.status)
    return Recorded(
      entry: Entry(path: path, attributes: attributes, vector: vector),
      stamp: stamp)
  }

  private func missed(
    _ old: Recorded, isUnknown: Bool, _ observer: Observer, _ mutation: Mutation?
  ) -> Recorded? {
    if isUnknown { return old }
    guard old.entry.attributes.isLive else {
      let isKept =
        mutation == .forgetsTombstonesEarly
        ? false : observer.keeps(tombstone: old.entry.attributes, old.entry.vector)
      return isKept ? old : nil
    }
    guard mutation != .dropsTombstones,
      let missing = observer.missing(
        old.entry.path, old.entry.attributes.kind, old.entry.vector)
    else {
      return nil
    }
    return Recorded(
      entry: Entry(path: old.entry.path, attributes: missing.attributes, vector: missing.vector),
      stamp: .none)
  }
}

extension Recorded: Equatable {
  package static func == (left: Recorded, right: Recorded) -> Bool {
    left.entry == right.entry && left.stamp == right.stamp
  }
}
