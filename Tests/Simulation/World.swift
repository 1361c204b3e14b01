import Index
import Reconcile
import Replica
import TestSupport

/// The replicas of a history, and what is known of them that they do not know.
package final class World {
  let mutation: Mutation?
  var replicas: [SimulatedReplica] = []
  /// Whether something has happened that brings back what was deleted, as it is meant to.
  var hasUnion = false
  /// Whether every step is printed.
  let isTraced: Bool
  private var nextEvent = 0
  private var nextContent = 0
  private var random: SplitMix
  /// Every content of every version that was recorded, by path and change.
  private var versions: [VersionKey: Attributes] = [:]

  private struct VersionKey: Hashable {
    let path: Path
    let dots: ArraySlice<VersionVector.Counter>
  }

  /// Prepares the replicas of a history.
  package init(_ history: History, mutation: Mutation? = nil, isTraced: Bool = false) throws {
    self.mutation = mutation
    self.isTraced = isTraced
    random = SplitMix(seed: 0x70_15e5)
    for number in 0..<history.replicaCount {
      replicas.append(
        try SimulatedReplica(
          number, identity: newIdentity(), granularity: history.granularity,
          now: 1_700_000_000_000_000_000 + Int64(number) * 1_000_000))
    }
  }

  /// A new identity of a replica.
  func newIdentity() -> ReplicaID { ReplicaID(rawValue: random.next()) }

  func newEvent() -> Int {
    nextEvent += 1
    return nextEvent
  }

  func newContent() -> Int {
    nextContent += 1
    return nextContent
  }

  /// Has a user of `replica` do something near `path` while a run goes on.
  ///
  /// No user makes a file of the very name, with time and replica, that a conflict copy is to have.
  func race(_ replica: SimulatedReplica, at path: Path) {
    guard ConflictCopy.original(of: path.name) == nil else { return }
    replica.advance(by: 5_000_000_000)
    let isDirectory = replica.tree.nodes[path]?.kind == .directory
    let place = isDirectory ? path.appending("new".utf8) : path
    write(place, size: 1, at: replica)
    replica.advance(by: 5_000_000_000)
  }

  /// Runs a history to its end and checks every property; what is checked on the way is checked by
  /// the operations.
  package static func check(
    _ history: History, mutation: Mutation? = nil, isTraced: Bool = false
  ) throws {
    let world = try World(history, mutation: mutation, isTraced: isTraced)
    for operation in history.operations {
      world.trace("\(operation)")
      try world.apply(operation)
    }
    try world.converge()
  }

  /// Properties 2, 3 and 5, before what is at a path is replaced: nothing goes that a user has not
  /// seen go, and nothing comes back that a user has seen go.
  func checkReplacement(
    of path: Path, at replica: SimulatedReplica, by ghost: Ghost, content: Int?, _ action: Action
  ) throws {
    let place = "\(String(decoding: path.slashed, as: UTF8.self)) of \(replica.number)"
    guard let here = replica.ghosts[path] else { return }
    // Empty files are all alike: that two of them were swapped is nothing that could be lost.
    if let node = replica.tree.nodes[path], node.kind != .directory, node.content != content,
      node.content != 0
    {
      let isSeen = ghost.past.isSuperset(of: here.deeds)
      let isKept =
        action.conflictCopy.flatMap { replica.tree.nodes[$0] }?.content == node.content
      guard isSeen || isKept else { throw Violation(2, "an edit of \(place) is lost") }
    }
    let isReturn =
      here.followed.isSuperset(of: ghost.deeds) && here.deeds != ghost.deeds
      && replica.tree.nodes[path]?.content != content && action.after.attributes.kind != .directory
    if isReturn, !hasUnion, content != 0 {
      trace("    here \(here), to come \(ghost)")
      throw Violation(3, "\(place) goes back to what a user has replaced or deleted")
    }
  }

  /// Property 10: a scan sees every change.
  func checkDetection(_ scanned: Scanned, at replica: SimulatedReplica) throws {
    let known = Dictionary(
      scanned.entries.map { ($0.entry.path, $0.entry.attributes) }, uniquingKeysWith: { $1 })
    for (path, node) in replica.tree.nodes where !scanned.isUnknown(path) {
      guard known[path] == node.attributes else { throw Violation(10, "a scan misses \(path)") }
    }
  }

  /// Property 12: vectors only grow, and one change is one content.
  func checkVersions(of changes: [Recorded], at replica: SimulatedReplica) throws {
    let known = Dictionary(
      try replica.recorded().map { ($0.entry.path, $0.entry) }, uniquingKeysWith: { $1 })
    for change in changes {
      let entry = change.entry
      let former = known[entry.path]?.vector ?? VersionVector()
      let causality = entry.vector.compared(with: former)
      guard causality == .dominates || causality == .equal else {
        throw Violation(12, "the vector of \(entry.path) shrinks")
      }
      let key = VersionKey(path: entry.path, dots: entry.vector.dots)
      let attributes = versions[key] ?? entry.attributes
      versions[key] = attributes
      let isSame = attributes == entry.attributes
      guard isSame else { throw Violation(12, "one change of \(entry.path) is two versions") }
    }
  }

  /// Properties 1, 7 and 14: once faults stop, a few sweeps make all equal, and then nothing is left
  /// to do.
  func converge() throws {
    for replica in replicas { replica.tree.unreadable = [] }
    var sweepCount = 0
    // Along a line the diameter is one less than the replicas; forgotten tombstones may take as long
    // again to be forgotten by all.
    let limit = 2 * replicas.count
    while true {
      var changeCount = 0
      for (one, other) in zip(replicas, replicas.dropFirst()) {
        changeCount += try sync(one, other, order: [.destination, .source], Faults())
      }
      sweepCount += 1
      let isEqual = try isEqual()
      if sweepCount > replicas.count, changeCount > 0 {
        throw Violation(1, "still changing after \(sweepCount) sweeps")
      }
      if isEqual { break }
      if sweepCount > limit { throw Violation(1, "not equal after \(sweepCount) sweeps") }
    }
    for (one, other) in zip(replicas, replicas.dropFirst()) {
      let changeCount = try sync(one, other, order: [.destination, .source], Faults())
      if changeCount > 0 { throw Violation(7, "a second run changes something") }
    }
  }

  /// Whether all trees and all entries are the same; they are or are not together (property 14),
  /// but for tombstones.
  private func isEqual() throws -> Bool {
    var isEqual = true
    let first = replicas[0]
    let entries = try first.recorded()
    for other in replicas.dropFirst() {
      let hasSameState = try SimulatedComparison(
        source: entries, destination: other.recorded()
      ).isEqual
      let hasSameTree = first.tree.picture == other.tree.picture
      if hasSameState, !hasSameTree { throw Violation(14, "equal roots of unequal trees") }
      isEqual = isEqual && hasSameState
    }
    return isEqual
  }

  /// Carries out one run; returns how many changes it made.
  func sync(
    _ one: SimulatedReplica, _ other: SimulatedReplica, order: [Side], _ faults: Faults
  ) throws -> Int {
    for replica in [one, other] { replica.advance(by: 150_000_000) }
    let run = SimulatedRun(one, other, order: order, faults, in: self)
    let hidden = Pair(source: one.hidden, destination: other.hidden)
    try run.run()
    // Property 15: what cannot be looked at is there afterwards as it was.
    for (side, replica) in [(Side.source, one), (.destination, other)] {
      for (path, node) in hidden[side] where replica.tree.nodes[path] != node {
        throw Violation(15, "\(path) could not be read and was changed")
      }
      for path in hidden[side.other].keys where faults.race == nil {
        let there = side == .source ? one : other
        if run.before[side][path] != nil, there.tree.nodes[path] == nil {
          throw Violation(15, "\(path) could not be read at one end and went at the other")
        }
      }
    }
    for replica in [one, other] { replica.advance(by: 150_000_000) }
    return run.changeCount
  }
}

extension SimulatedReplica {
  /// What cannot be looked at.
  fileprivate var hidden: [Path: SimulatedTree.Node] {
    tree.nodes.filter { path, _ in tree.unreadable.contains { path == $0 || path.isBelow($0) } }
  }
}
