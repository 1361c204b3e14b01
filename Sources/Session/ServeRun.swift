internal import Exchange
internal import FileSystem
internal import Hashing
internal import Index
internal import Merkle
internal import Replica
internal import Scan
internal import Transport
internal import Wire

/// A run from the responder's end: does what the initiator asks, as far as the role that the
/// initiator has given it allows.
final class ServeRun {
  let connection: Connection
  let open: Open
  let replica: LocalReplica
  private let peerName: [UInt8]
  private let describe: (SessionError) -> (exitCode: UInt8, message: [UInt8])
  private var destination: Destination?
  private var itemCount = 0
  /// What has come of the changes here, as far as it has been told.
  private var summary = Summary()
  /// How many of a frame's entries may wait: as many as it holds, with paths that share all but a
  /// byte, could fill the memory.
  private static let waitingCount = 512
  /// Large files that the initiator has been offered.
  var offeredPaths: Set<Path> = []
  /// What has come of the versions that the initiator tells, before all have.
  var agreement: VersionAgreement?
  private var hasHeard = false
  private var isFinished = false
  /// Whether nothing was different from the beginning.
  private var isEqual = false

  /// Greets the initiator and opens the replica that it names.
  private init(
    _ connection: Connection,
    describe: @escaping (SessionError) -> (exitCode: UInt8, message: [UInt8])
  ) throws {
    self.connection = connection
    self.describe = describe
    try connection.send(Hello(program: Session.version).frame)
    let hello = try Hello(payload: try Self.payload(of: .hello, from: connection))
    guard hello.isUnderstood else { throw SessionError.otherVersion(program: hello.program) }
    open = try Open(payload: try Self.payload(of: .open, from: connection))
    connection.keep(to: open.terms)
    peerName = Array("initiator at \(ReplicaID(rawValue: open.introduction.place))".utf8)
    let opening = try Opening(open)
    if open.role != .compared, !opening.forces { try RootGuard.check(opening.path) }
    replica = try LocalReplica(opening)
  }

  /// Serves one run over two descriptors; `describe` gives the exit code and the lines for people
  /// that an error comes to, for the initiator to show. The initiator may say nothing for so long, or
  /// for ever. Returns the exit code, 0 for success.
  static func serve(
    input: Int32, output: Int32, silenceLimitSeconds: Int?,
    describe: @escaping (SessionError) -> (exitCode: UInt8, message: [UInt8])
  ) -> UInt8 {
    let connection = Connection(
      input: input, output: output, endsUnheard: true, silenceLimitSeconds: silenceLimitSeconds
    ) { Interruption.isRequested }
    defer { connection.close() }
    do {
      try ServeRun(connection, describe: describe).run()
      return 0
    } catch {
      let (exitCode, message) = describe(SessionError(error))
      // The initiator may be gone; then nobody is there to be told.
      try? connection.send(Failure(exitCode: exitCode, message: message).frame())
      return exitCode
    }
  }

  private func run() throws {
    do {
      try serve()
    } catch {
      // It may hold the index open.
      agreement = nil
      throw replica.setAsideIndex(after: error) ?? error
    }
  }

  private func serve() throws {
    // What this replica knew before it heard the initiator: that is what tells the initiator whether
    // it has been set back.
    var introduction = replica.introduction
    while try !replica.meet(open.introduction, as: open.role) {
      introduction = replica.introduction
    }
    try connection.send(introduction.frame)
    try replica.scan(deferring: deferral) { _, _ in }
    // It turned out to be damaged, and the initiator has been told of another replica.
    if replica.index.replica != introduction.replica {
      let damage = SessionError.index(.corrupt)
      guard open.flags.contains(.dryRun) else { throw damage }
      replica.refusal = damage
    }
    try sendReady(as: introduction.replica)
    try prepareAcquaintance()
    do {
      try converse()
    } catch let error as Malformed {
      destination?.drop()
      throw error
    } catch {
      destination?.salvage()
      throw error
    }
    if hasHeard || isFinished || isEqual, !open.flags.contains(.dryRun) { try remember() }
  }

  /// Which files are hashed when they are sent, and not by the scan.
  private var deferral: Deferral {
    guard open.role == .source || open.role == .both else { return .none }
    if open.introduction.isEmpty { return .new }
    return open.role == .source && open.flags.contains(.defersHashing) ? .changed : .none
  }

  /// Does what the initiator asks until that is all.
  private func converse() throws {
    while let frame = try nextFrame() {
      // Nothing comes between the versions of neighbours.
      guard agreement == nil || frame.kind == .versions else { throw Malformed.order }
      switch (frame.kind, open.role) {
      case (.compare, _): try compare(frame)
      case (.changes, .destination), (.changes, .both): try change(frame)
      case (.content, .destination), (.content, .both), (.digest, .destination), (.digest, .both),
        (.part, .destination), (.part, .both), (.chunks, .destination), (.chunks, .both),
        (.pages, .destination), (.pages, .both):
        try takeContent(frame)
      case (.want, .source), (.want, .both): try sendContent(frame)
      case (.wantOffer, .source), (.wantOffer, .both): try offerContent(frame)
      case (.wantParts, .source): try sendParts(frame)
      case (.wantVersions, .source), (.wantVersions, .destination), (.wantVersions, .both):
        try tellVersions()
      case (.versions, .source), (.versions, .destination), (.versions, .both):
        try takeVersions(frame)
      case (.record, .source), (.record, .destination), (.record, .both): try record(frame)
      case (.finish, .source), (.finish, .destination), (.finish, .both): try finish(frame)
      default: throw Malformed.kind
      }
      if isEqual { return }
    }
  }

  /// The next frame; nil when the initiator has ended the conversation where it may.
  func nextFrame() throws -> Frame? {
    do {
      return try connection.receive()
    } catch {
      if error == .closed, destination == nil, agreement == nil { return nil }
      throw error
    }
  }

  private static func payload(of kind: Frame.Kind, from connection: Connection) throws -> [UInt8] {
    let frame = try connection.receive()
    guard frame.kind == kind else { throw Malformed.kind }
    return frame.payload
  }

  private func sendReady(as identity: ReplicaID) throws {
    for frame in PathList.frames(.unknown, replica.report.unknown) { try connection.send(frame) }
    let problems = replica.problems
    if !problems.isEmpty {
      for frame in Outcomes(problems: problems).frames(.problems) { try connection.send(frame) }
    }
    if let refusal = replica.refusal {
      let (exitCode, message) = describe(refusal)
      try connection.send(Failure(exitCode: exitCode, message: message).frame(.refused))
    }
    let view = replica.view
    let initiator = open.introduction
    try connection.send(
      Ready(
        replica: identity,
        isNew: replica.isNew,
        meetsStranger: try replica.index.isStranger(initiator.replica, at: initiator.place),
        hasDeleted: try replica.hasDeleted(),
        entryCount: view.liveCount + view.tombstoneCount,
        liveCount: view.liveCount, stateRoot: view.state.root, contentRoot: replica.contentRoot
      ).frame)
  }

  /// Whether the replica may no longer hold what the trees of the view are of.
  var hasChanged: Bool { destination != nil || hasHeard || isFinished }

  private func compare(_ frame: Frame) throws {
    guard !hasChanged else { throw Malformed.order }
    let request = try CompareRequest(payload: frame.payload)
    guard let projection = Projection(rawValue: request.projection) else { throw Malformed.kind }
    let tree = try replica.tree(projection)
    var responder = Responder(tree: tree, entries: StoredEntries(replica: replica, tree: tree))
    try connection.send(responder.answer(request) { try Interruption.check() })
  }

  /// Makes the changes of a frame, or has them wait for the rest of their batch.
  private func change(_ frame: Frame) throws {
    guard !open.flags.contains(.dryRun) else { throw Malformed.kind }
    let destination = try openedDestination()
    var reader = ChangesReader(payload: frame.payload)
    while let change = try reader.next() {
      itemCount += 1
      try destination.accept(change)
      if itemCount.isMultiple(of: Self.waitingCount) { try report(on: destination) }
    }
    try report(on: destination)
  }

  /// Tells the initiator what became of its changes so far.
  private func report(on destination: Destination) throws {
    var outcomes = destination.takeOutcomes()
    outcomes.problems += destination.takeUnmatched().map {
      Problem(path: $0, code: .mismatch)
    }
    for problem in outcomes.problems { summary.count(problem) }
    for frame in outcomes.frames() { try connection.send(frame) }
  }

  private func openedDestination() throws -> Destination {
    if let destination { return destination }
    try hearInitiator()
    let opened = try Destination(replica, deletes: open.flags.contains(.deletes))
    destination = opened
    return opened
  }

  /// Notes how far the initiator has come, before the first version is taken from it.
  private func hearInitiator() throws {
    guard !hasHeard else { return }
    hasHeard = true
    try replica.hear(open.introduction, as: peerName)
  }

  private func takeContent(_ frame: Frame) throws {
    guard let destination else { throw Malformed.order }
    for answer in try destination.accept(frame) { try connection.send(answer) }
  }

  /// Takes over versions for what this replica has as it is, and tombstones for what it has not.
  private func record(_ frame: Frame) throws {
    guard !open.flags.contains(.dryRun) else { throw Malformed.kind }
    try hearInitiator()
    try replica.recordLearnt()
    var stream = EntryStreamReader(frame.payload)
    var changes: [Recorded] = []
    while !stream.isAtEnd {
      if changes.count == Self.waitingCount {
        try replica.record(changes)
        changes = []
      }
      let entry = try stream.readEntry()
      let mine = try replica.entry(at: entry.path)
      if let mine, replica.leavesOut(entry.path, mine.entry.attributes) { continue }
      let isAbsent = !(mine?.entry.attributes.isLive ?? false) && !entry.attributes.isLive
      guard isAbsent || mine?.entry.attributes == entry.attributes, entry.path.isInTree else {
        throw Malformed.order
      }
      try replica.checkVersions(of: entry, over: mine?.entry)
      changes.append(Recorded(entry: entry, stamp: mine?.stamp ?? .none))
    }
    try replica.record(changes)
  }

  private func finish(_ frame: Frame) throws {
    let finish = try Finish(payload: frame.payload)
    if case .equal(let root) = finish {
      guard destination == nil, !hasHeard, !isFinished else { throw Malformed.order }
      isEqual =
        root == replica.view.state.root && replica.report.unknown.isEmpty && open.rules.isEmpty
      if isEqual { try replica.noteEqual(to: open.introduction) }
      return
    }
    isFinished = true
    try replica.recordLearnt()
    if let destination {
      if finish == .part { try destination.finishPart() } else { try destination.finish() }
      try report(on: destination)
    }
    if finish != .part {
      destination = nil
      try replica.renewView()
    }
    let view = replica.view
    if case .complete(let root) = finish, root == view.state.root {
      try replica.noteEqual(to: open.introduction)
    }
    try connection.send(
      Finished(stateRoot: view.state.root, contentRoot: replica.contentRoot).frame)
  }

  private func remember() throws {
    let now = wallClockNanoseconds()
    if open.role == .destination, open.flags.contains(.deletes) { try replica.noteDeletion() }
    try replica.remember(
      RunRecord(finished: now, peer: peerName, exitCode: summary.exitCode, itemCount: itemCount),
      PeerRecord(replica: open.introduction.replica, name: peerName, seen: now),
      at: open.introduction.place)
  }
}

extension Opening {
  /// How to open the replica that the initiator names.
  fileprivate init(_ open: Open) throws {
    var rules: [Filter.Rule] = []
    for rule in open.rules {
      rules.append(try Filter.Rule(includes: rule.includes, pattern: rule.pattern))
    }
    self.init(
      path: open.root, stateDirectory: open.stateDirectory.isEmpty ? nil : open.stateDirectory,
      filter: try Filter(validating: rules), isDryRun: open.flags.contains(.dryRun),
      rehashes: open.flags.contains(.rehashes), skipsSync: open.flags.contains(.skipsSync),
      forces: open.flags.contains(.forces), lockWaitSeconds: Int(open.lockWaitSeconds),
      makesRoot: open.flags.contains(.makesRoot), needsHistory: open.role.mayBeChanged)
  }
}
