internal import FileSystem
internal import Reconcile
internal import Replica
internal import Scan
internal import Wire

/// Both ends of a run with their trees fixed: the local replica scanned, and the other end's
/// report of its own.
struct Encounter {
  let local: LocalReplica
  let peer: Peer
  /// Who the replicas were before the run.
  let introductions: (local: Introduction, remote: Introduction)
  /// The other end's replica.
  var ready: Ready
  /// By how much the other end's clock must be ahead, in nanoseconds, whatever the time on the way is.
  let clockSkew: Int64
  /// Where the other end's scan could not look.
  private let theirUnknown: UnknownPaths
  /// Whether there is any such place at either end.
  let hasUnknown: Bool
  /// The other end's problems.
  let theirProblems: [Problem]
  /// What would have stopped either end in a run that is no dry one.
  let refusal: SessionError?

  /// Opens the local replica, starts the other end, and has both scan at the same time. The root of
  /// the side `makesRoot` is made if it is not there. A source that `defersHashing` leaves large files that
  /// have changed to be hashed when they are sent.
  init(
    local path: [UInt8], with location: Location, role: Open.Role, makesRoot: Side?,
    localSide: Side, needsHistory: Bool = false, defersHashing: Bool = false, _ options: RunOptions,
    progress: (Int, Int64) -> Void
  ) throws(SessionError) {
    var flags = options.flags.union(Open.Flags(options.terms(for: location).deflation))
    if defersHashing { flags.insert(.defersHashing) }
    if makesRoot == localSide.other { flags.insert(.makesRoot) }
    var opening = Opening(path, options, makesRoot: makesRoot == localSide)
    opening.needsHistory = needsHistory
    (local, (peer, introductions, clockSkew)) = try Self.meet(
      opening, location, role, flags, options, progress)
    do {
      guard !introductions.local.isEmpty || local.view.isEmpty else {
        throw SessionError.changedMeanwhile(path: path)
      }
      var unknown: [Path] = []
      var problems: [Problem] = []
      var theirRefusal: SessionError?
      var room = Self.listByteLimit
      while true {
        let frame = try peer.receive()
        switch frame.kind {
        case .unknown:
          let listed = try PathList.decode(payload: frame.payload)
          unknown += listed
          room -= listed.reduce(0) { $0 + $1.key.count }
        case .problems:
          let listed = try Outcomes(payload: frame.payload).problems
          problems += listed
          room -= listed.reduce(0) { $0 + $1.path.key.count }
        case .refused where options.isDryRun && theirRefusal == nil:
          theirRefusal = peer.failure(try Failure(payload: frame.payload))
        case .ready:
          ready = try Ready(payload: frame.payload)
          guard ready.replica == introductions.remote.replica else { throw Malformed.order }
          guard !introductions.remote.isEmpty || ready.entryCount == 0 else {
            throw SessionError.changedMeanwhile(path: location.path)
          }
          theirUnknown = UnknownPaths(unknown)
          theirProblems = problems
          refusal = local.refusal ?? theirRefusal
          hasUnknown = !unknown.isEmpty || !local.report.unknown.isEmpty
          return
        default: throw Malformed.kind
        }
        guard unknown.count <= Self.listLimit, problems.count <= Self.listLimit, room >= 0 else {
          throw Malformed.count
        }
      }
    } catch {
      peer.abandon()
      throw local.setAsideIndex(after: error) ?? SessionError(error)
    }
  }

  /// An end that was met: who both are, and by how much its clock is ahead.
  private typealias Met = (Peer, (Introduction, Introduction), clockSkew: Int64)

  /// Opens the local replica and meets the other end. While another run holds that one, this one is let
  /// go of now and then: two runs that wait for each other would wait in vain.
  private static func meet(
    _ opening: Opening, _ location: Location, _ role: Open.Role, _ flags: Open.Flags,
    _ options: RunOptions, _ progress: (Int, Int64) -> Void
  ) throws(SessionError) -> (LocalReplica, Met) {
    let deadline = monotonicNanoseconds() + Int64(options.lockWaitSeconds) * 1_000_000_000
    func secondsLeft() -> Int {
      Int(max(0, deadline - monotonicNanoseconds() + 999_999_999) / 1_000_000_000)
    }
    var (opening, options) = (opening, options)
    // A remote shell may ask its user each time.
    var patience = location.isRemote ? 10 : 2
    var isFirst = true
    while true {
      opening.lockWaitSeconds = secondsLeft()
      do throws(SessionError) {
        let local = try LocalReplica(opening)
        let most = min(secondsLeft(), patience, 1 + secondsLeft() / 3)
        options.lockWaitSeconds = Int.random(in: min(most, 1 + most / 2)...most)
        return (
          local,
          try meet(local, location, role, flags, options, listensFirst: !isFirst, progress)
        )
      } catch .farEnd(exitCode: SessionError.busyExitCode, _, _) where secondsLeft() > 0 {
        do { try Interruption.check() } catch { throw SessionError(error) }
      }
      pause(nanoseconds: Int64.random(in: 300_000_000...1_000_000_000))
      patience = min(2 * patience, 120)
      isFirst = false
    }
  }

  /// Introduces the ends to each other, and scans the local replica while the other end is being
  /// started; again if it turns out to be no longer who it said it was. One that `listensFirst` scans
  /// nothing before the other end has its replica.
  private static func meet(
    _ local: LocalReplica, _ location: Location, _ role: Open.Role, _ flags: Open.Flags,
    _ options: RunOptions, listensFirst: Bool, _ progress: (Int, Int64) -> Void
  ) throws(SessionError) -> Met {
    let sends = role == .destination || role == .both
    let deferral: Deferral =
      role == .destination && flags.contains(.defersHashing) ? .changed : .none
    // It may have been set back, and to a state that is too old as well.
    var remainingCount = 2
    while true {
      let mine = local.introduction
      let peer = try Peer(
        location, options,
        opening: try open(local, mine, location, role, flags, options))
      do {
        var theirs: Introduction?
        var isScanned = false
        if listensFirst {
          theirs = try peer.introduction()
        } else if local.remembersSomething {
          try scan(local, deferral, beside: peer, progress)
          isScanned = true
        } else if sends {
          (theirs, isScanned) = try scanUnhashed(local, beside: peer, progress)
        }
        if isScanned { try offerEnd(to: peer, local, role, options) }
        let introduction = try theirs ?? peer.introduction()
        // Read after the start and before it came; that may be long ago, while this end was scanning.
        let nearest = min(max(introduction.clock, mine.clock), peer.connection.lastArrival)
        let clockSkew = introduction.clock.subtractingReportingOverflow(nearest).partialValue
        guard try local.meet(introduction, as: role.opposite) else {
          remainingCount -= 1
          guard remainingCount >= 0 else { throw Malformed.order }
          peer.abandon()
          continue
        }
        if !isScanned {
          try local.scan(deferring: deferral, progress: progress)
          try offerEnd(to: peer, local, role, options)
        }
        // Its index turned out to be damaged, and the other end has been told of another replica.
        guard local.index.replica == mine.replica else {
          remainingCount -= 1
          guard remainingCount >= 0 else { throw SessionError.index(.corrupt) }
          peer.abandon()
          continue
        }
        return (peer, (mine, introduction), clockSkew)
      } catch {
        peer.abandon()
        throw local.setAsideIndex(after: error) ?? SessionError(error)
      }
    }
  }

  /// Scans a replica that remembers nothing and hashes none of its files: if the other end turns
  /// out to be empty, they are hashed when they are sent; if not, what was found is let go.
  private static func scanUnhashed(
    _ local: LocalReplica, beside peer: Peer, _ progress: (Int, Int64) -> Void
  ) throws -> (theirs: Introduction?, isScanned: Bool) {
    var theirs: Introduction?
    let listen = { () throws in
      guard theirs == nil else { return }
      let introduction = try peer.introduction()
      theirs = introduction
      if !introduction.isEmpty { throw NeedsHashing() }
    }
    do {
      try local.commit()
      try local.scan(
        deferring: .new,
        progress: { count, byteCount throws in
          progress(count, byteCount)
          if peer.isIntroduced { try listen() }
        }, confirm: listen)
      return (theirs, true)
    } catch is NeedsHashing {
      return (theirs, false)
    }
  }

  private struct NeedsHashing: Error {}

  /// Scans until the other end turns out to have failed.
  private static func scan(
    _ local: LocalReplica, _ deferral: Deferral, beside peer: Peer,
    _ progress: (Int, Int64) -> Void
  ) throws {
    do {
      try local.scan(deferring: deferral) { count, byteCount throws in
        progress(count, byteCount)
        if peer.hasFailed { throw FarEndFailed() }
      }
    } catch is FarEndFailed {
      // What it says of it is heard by who waits for its greeting.
      try peer.greet()
      while true { _ = try peer.receive() }
    }
  }

  private struct FarEndFailed: Error {}

  /// Has the other end stop if it finds that it holds the same: it is told before it has been
  /// heard, so that nothing waits for it to be told.
  private static func offerEnd(
    to peer: Peer, _ local: LocalReplica, _ role: Open.Role, _ options: RunOptions
  ) throws {
    guard role != .compared, local.report.unknown.isEmpty, options.filter.isEmpty else { return }
    try peer.send(Finish.equal(stateRoot: local.view.state.root).frame)
  }

  /// The order to the other end to open its replica.
  private static func open(
    _ local: LocalReplica, _ mine: Introduction, _ location: Location, _ role: Open.Role,
    _ flags: Open.Flags, _ options: RunOptions
  ) throws(SessionError) -> Frame {
    do {
      return try Open(
        role: role, flags: flags,
        lockWaitSeconds: UInt32(clamping: options.lockWaitSeconds), byteRate: options.byteRate,
        root: location.path, stateDirectory: location.stateDirectory(options),
        introduction: mine,
        rules: options.filter.rules.map {
          Open.Rule(includes: $0.includes, pattern: $0.pattern)
        }
      ).frame()
    } catch {
      throw SessionError(error)
    }
  }

  /// The most paths that the other end may list.
  private static let listLimit = 1 << 20
  /// The most bytes that they may have, written out.
  private static let listByteLimit = 64 << 20

  /// Whether a path lies where either scan could not look.
  func isUnknown(_ path: Path) -> Bool {
    local.isUnknown(path) || theirUnknown.covers(path)
  }
}
extension Opening {
  /// How to open the local replica of a run.
  init(_ path: [UInt8], _ options: RunOptions, makesRoot: Bool = false) {
    self.init(
      path: path, stateDirectory: options.stateDirectory, filter: options.filter,
      isDryRun: options.isDryRun, rehashes: options.rehashes, skipsSync: options.skipsSync,
      forces: options.forces, lockWaitSeconds: options.lockWaitSeconds, makesRoot: makesRoot)
  }
}

extension RunOptions {
  /// What the other end is told of the options.
  var flags: Open.Flags {
    var flags: Open.Flags = []
    if isDryRun { flags.insert(.dryRun) }
    if deletes { flags.insert(.deletes) }
    if rehashes { flags.insert(.rehashes) }
    if skipsSync { flags.insert(.skipsSync) }
    if forces { flags.insert(.forces) }
    return flags
  }

  /// How both ends are to send when the other end is at `location`. Between two ends on one machine
  /// deflating takes longer than the way.
  func terms(for location: Location) -> SendingTerms {
    let deflation: DeflateChoice.Policy =
      switch compresses {
      case true?: .always
      case false?: .never
      case nil: location.isRemote ? .whenItPays : .never
      }
    return SendingTerms(deflation: deflation, byteRate: byteRate)
  }
}

extension Location {
  /// The state directory for the other end, which only a local one can be told.
  fileprivate func stateDirectory(_ options: RunOptions) -> [UInt8] {
    if case .local = self { options.stateDirectory ?? [] } else { [] }
  }
}
