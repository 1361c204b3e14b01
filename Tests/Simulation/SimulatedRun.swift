import Index
import Reconcile
import Replica

/// What goes wrong during one run.
struct Faults {
  /// After how many actions the connection is cut.
  var cutAfter: Int?
  /// Whether the cut is a crash of both ends: what was done since the last commit is not recorded.
  var crashes = false
  /// Which action fails.
  var failing: Int?
  /// Before which action a user at either end does something.
  var race: Int?
}

/// One run between two replicas, step by step as `Session` does it.
final class SimulatedRun {
  let ends: Pair<SimulatedReplica>
  /// The replicas that may be changed, in order.
  let order: [Side]
  let faults: Faults
  let world: World
  /// Actions carried out or tried.
  var stepCount = 0
  /// Actions that changed a tree.
  private(set) var changeCount = 0
  var failed: Set<Path> = []
  var made = Pair<Set<Path>>(source: [], destination: [])
  var movedAway = Pair<Set<Path>>(source: [], destination: [])
  var pending = Pair<[Recorded]>(source: [], destination: [])
  private let formerGhosts: Pair<[Path: Ghost]>
  /// What was there before the run.
  let before: Pair<[Path: SimulatedTree.Node]>

  /// The connection is gone.
  private struct Cut: Error {}

  var mutation: Mutation? { world.mutation }

  init(
    _ source: SimulatedReplica, _ destination: SimulatedReplica, order: [Side], _ faults: Faults,
    in world: World
  ) {
    ends = Pair(source: source, destination: destination)
    self.order = order
    self.faults = faults
    self.world = world
    before = Pair(source: source.tree.nodes, destination: destination.tree.nodes)
    formerGhosts = Pair(source: source.ghosts, destination: destination.ghosts)
  }

  /// Meets, scans, compares, reconciles, applies and records.
  func run() throws {
    while true {
      let introductions = Pair(
        source: try ends.source.state(), destination: try ends.destination.state())
      let isSame = try meet(ends.source, introductions.destination)
      if try meet(ends.destination, introductions.source), isSame { break }
    }
    var scans = Pair(
      source: try ends.source.scan(mutation), destination: try ends.destination.scan(mutation))
    for side in Side.allCases { try world.checkDetection(scans[side], at: ends[side]) }
    try acquaint(&scans)
    let comparison = try SimulatedComparison(
      source: mutated(scans.source.entries, by: scans.destination.entries),
      destination: mutated(scans.destination.entries, by: scans.source.entries))
    let isUnknown: (Path) -> Bool = {
      scans.source.isUnknown($0) || scans.destination.isUnknown($0)
    }
    let plan = try Plan(comparison, rules: rules, order: order, isUnknown: isUnknown)
    try checkPrediction(plan, comparison, isUnknown)
    for side in Side.allCases { try hear(side) }
    do {
      for side in order { try plan.forEachAction(at: side, carryOut) }
      for side in order { try commit(side) }
      try plan.forEachRecord(record)
    } catch is Cut {
      for side in Side.allCases {
        if faults.crashes {
          for change in pending[side] {
            let path = change.entry.path
            ends[side].unrecorded[path] = .some(formerGhosts[side][path])
          }
        } else {
          try commit(side)
        }
      }
      return
    }
    for side in Side.allCases { try commit(side) }
    guard scans.source.unknown.isEmpty, scans.destination.unknown.isEmpty else { return }
    let roots = try SimulatedComparison(
      source: ends.source.recorded(), destination: ends.destination.recorded())
    if roots.isEqual { try noteEqual() }
  }

  private var rules: Rules {
    switch mutation {
    case .dropsLosers: .twoWay(TwoWay(policy: .newest))
    case .initiatorWins: .twoWay(TwoWay(policy: .preferSource))
    default: .twoWay(TwoWay(policy: .keepBoth))
    }
  }

  /// Learns what the other knows; false if the replica goes on as another one.
  private func meet(
    _ replica: SimulatedReplica, _ theirs: SimulatedReplica.State
  ) throws -> Bool {
    let mine = replica.index.replica
    let wasSetBack = theirs.knowledge.tellsOfAnotherCourse(of: mine, than: replica.index.epochs)
    if mutation != .missesRollback, wasSetBack || theirs.replica == mine {
      try replica.renew(world.newIdentity())
      return false
    }
    var knowledge = replica.index.knowledge
    knowledge.merge(theirs.knowledge, now: replica.now, own: mine)
    if knowledge.isOutdated(mine, by: theirs.knowledge) {
      try replica.loseIndex(identity: world.newIdentity())
      world.hasUnion = true
      return false
    }
    knowledge.note(theirs.replica, in: theirs.epochs.last ?? 0, now: replica.now)
    knowledge.expire(
      keeping: mine,
      now: replica.credibleTime)
    try replica.index.take(knowledge)
    replica.drawEpoch(world.newIdentity().rawValue)
    return true
  }

  func hear(_ side: Side) throws {
    let (mine, theirs) = (ends[side], ends[side.other])
    var knowledge = mine.index.knowledge
    knowledge.note(theirs.index.replica, in: theirs.index.epoch, now: mine.now)
    try mine.record([], knowledge)
    mine.isNew = false
  }

  private func noteEqual() throws {
    for side in Side.allCases {
      let (mine, theirs) = (ends[side], ends[side.other])
      var knowledge = mine.index.knowledge
      knowledge.note(theirs.index.replica, in: theirs.index.epoch, now: mine.now)
      knowledge.noteEqual(mine.index.replica, theirs.index.replica)
      try mine.record([], knowledge)
    }
  }

  /// Property 13: the same plan is made of the same differences, and making it changes nothing.
  private func checkPrediction(
    _ plan: Plan, _ comparison: SimulatedComparison,
    _ isUnknown: @escaping (Path) -> Bool
  ) throws {
    let again = try Plan(comparison, rules: rules, order: order, isUnknown: isUnknown)
    for side in order {
      var actions: [[Action]] = [[], []]
      for (number, plan) in [plan, again].enumerated() {
        try plan.forEachAction(at: side) { actions[number].append($0) }
      }
      guard actions[0] == actions[1] else { throw Violation(13, "a plan is not repeated") }
      try checkOrder(of: actions[0])
    }
  }

  /// Property 13, too: what is in a directory goes before it.
  private func checkOrder(of actions: [Action]) throws {
    var gone: [Path] = []
    for action in actions where action.decision == .delete {
      if let above = gone.first(where: action.path.isBelow) {
        throw Violation(13, "\(above) is to go before \(action.path)")
      }
      gone.append(action.path)
    }
  }

  private func carryOut(_ action: Action) throws {
    stepCount += 1
    if stepCount == faults.race { world.race(ends[action.side], at: action.path) }
    let isMeantToFail = stepCount == faults.failing
    world.trace("  \(action.line(at: ends[action.side].number))")
    if !isMeantToFail, try perform(action) {
      changeCount += 1
    } else {
      failed.insert(action.path)
    }
    if pending[action.side].count >= 4 { try commit(action.side) }
    if stepCount == faults.cutAfter { throw Cut() }
  }

  private func record(_ action: Action) throws {
    let isDone =
      !failed.contains(action.path) && !(action.conflictCopy.map(failed.contains) ?? false)
    guard isDone || mutation == .recordsFailures else { return }
    let replica = ends[action.side]
    let known = try replica.recorded().first { $0.entry.path == action.path }
    remember(action, stamp: known?.stamp ?? .none)
    guard isDone else { return }
    let other = ends[action.side.other]
    let theirs = other.ghosts[action.path]
    let isSame =
      replica.tree.nodes[action.path]?.content == other.tree.nodes[action.path]?.content
    let ghost = replica.ghosts[action.path]
    replica.ghosts[action.path] =
      (isSame ? ghost?.merged(with: theirs) : ghost?.joined(with: theirs)) ?? theirs
  }

  /// Has an action recorded with the next commit.
  func remember(_ action: Action, stamp: Stamp) {
    var entry = action.after
    if mutation == .doesNotJoin, let vector = action.before?.vector, action.decision == .record {
      entry.vector = vector
    }
    pending[action.side].append(Recorded(entry: entry, stamp: stamp))
  }

  private func commit(_ side: Side) throws {
    let changes = pending[side]
    pending[side] = []
    try world.checkVersions(of: changes, at: ends[side])
    try ends[side].record(changes)
  }
}
