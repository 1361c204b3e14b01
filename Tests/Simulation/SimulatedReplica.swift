import FileSystem
import Index
import Replica

/// A replica with its tree, its real index in memory, its clock, and its ghosts.
final class SimulatedReplica {
  let number: Int
  var tree = SimulatedTree()
  var ghosts: [Path: Ghost] = [:]
  /// What a killed run has changed and not recorded, with what was there before: until the next scan
  /// the replica cannot know that a user has seen it.
  var unrecorded: [Path: Ghost?] = [:]
  /// What was there, and whose deed, before users did something that no scan has seen yet.
  var unscanned: [Path: (attributes: Attributes?, ghost: Ghost?)] = [:]
  /// Nanoseconds since 1970 by this replica's clock.
  var now: Int64
  /// How coarse its stamps are, in nanoseconds.
  let granularity: Int64
  private(set) var index: Index
  /// Whether it has taken part in no run yet.
  var isNew = true
  /// Whether the next scan cannot rely on what is remembered.
  var isRestored = false
  /// The last change of a former identity that others surely know.
  var lastTrusted: VersionVector.Counter?
  /// The epoch that a run takes it to.
  private(set) var nextEpoch: UInt64 = 2
  /// An earlier state, to be set back to.
  var snapshot: Snapshot?

  /// The state of a replica at a time.
  struct Snapshot {
    var tree: SimulatedTree
    var ghosts: [Path: Ghost]
    var state: State
  }

  /// What an index holds.
  struct State {
    var replica: ReplicaID
    var epochs: [UInt64]
    var knowledge: Knowledge
    var entries: [Recorded]
    var expected: [Path: Entry] = [:]
    var isNew: Bool
  }

  init(_ number: Int, identity: ReplicaID, granularity: Int64, now: Int64) throws {
    self.number = number
    self.granularity = granularity
    self.now = now
    changeTime = now
    index = try Index(path: [], newReplica: identity, syncs: false)
  }

  /// The time as a file is stamped with it.
  var stampTime: Int64 { now - now % granularity }

  /// Draws the epoch of the next run.
  func drawEpoch(_ step: UInt64) { nextEpoch = index.epoch + 2 + step % 1024 }

  /// The time by which others may be given up; by large steps, since histories are short.
  var credibleTime: Int64 {
    index.knowledge.credibleTime(
      of: index.replica, now: now, patience: Knowledge.retention / 2)
  }

  /// Lets time pass.
  func advance(by nanoseconds: Int64) {
    now += nanoseconds
    changeTime += nanoseconds
  }

  /// Sets the clock.
  func jump(by nanoseconds: Int64) { now += nanoseconds }

  /// The time that a file system notes a change with; it is not set back: an edit whose every stamp
  /// is that of the version before is one that nothing could see.
  private(set) var changeTime: Int64

  /// The same as a file is stamped with it.
  var changeStamp: Int64 { changeTime - changeTime % granularity }

  /// Keeps what is at `path` before a user does something there.
  func noteBefore(_ path: Path) {
    guard unscanned[path] == nil else { return }
    unscanned[path] = (tree.nodes[path]?.attributes, ghosts[path])
  }

  /// Takes what users have done and undone before a scan could see it for no deed.
  func forgetUndone(_ isUnknown: (Path) -> Bool) {
    for (path, before) in unscanned where !isUnknown(path) {
      unscanned[path] = nil
      if tree.nodes[path]?.attributes == before.attributes { ghosts[path] = before.ghost }
    }
  }

  /// All that the index holds, in key order.
  func recorded() throws -> [Recorded] {
    var all: [Recorded] = []
    for row in try index.rows(from: [], limit: 1000) {
      for position in 0..<row.bucket.count {
        all.append(
          Recorded(
            entry: row.bucket.run.entry(at: position), stamp: row.bucket.stamps[position]))
      }
    }
    return all
  }

  /// The state as it is now.
  func state() throws -> State {
    State(
      replica: index.replica, epochs: index.epochs, knowledge: index.knowledge,
      entries: try recorded(), expected: try index.expected(), isNew: isNew)
  }

  /// Goes on with an index that holds `state`.
  func restore(_ state: State) throws {
    index = try Index(path: [], newReplica: state.replica, syncs: false)
    try index.begin()
    try index.update(state.entries)
    try index.expect(Array(state.expected.values))
    for epoch in state.epochs { try index.take(epoch: epoch, state.knowledge) }
    try index.commit()
    isNew = state.isNew
  }

  /// Goes on as another replica.
  func renew(_ identity: ReplicaID) throws {
    lastTrusted = VersionVector.Counter(
      replica: index.replica, value: index.knowledge.lastSeen(of: index.replica))
    try index.take(identity: identity)
    isRestored = true
  }

  /// Goes on with an index that holds nothing.
  func loseIndex(identity: ReplicaID) throws {
    index = try Index(path: [], newReplica: identity, syncs: false)
    isNew = true
  }

  /// Keeps entries, and an epoch and knowledge if they are new, in one transaction.
  func record(_ changes: [Recorded], epoch: UInt64? = nil, _ knowledge: Knowledge? = nil) throws {
    try index.begin()
    try index.update(changes.sorted { $0.entry.path < $1.entry.path })
    try index.clearExpected(at: changes.map(\.entry.path))
    if let epoch { try index.take(epoch: epoch, knowledge ?? index.knowledge) }
    if epoch == nil, let knowledge { try index.take(knowledge) }
    try index.commit()
  }
}
