internal import FileSystem
internal import Replica
internal import Scan
internal import Wire

/// Both ends of a run with their trees fixed: the local replica scanned, and the other end's
/// report of its own.
struct Encounter {
  let local: LocalReplica
  let peer: Peer
  /// The other end's replica.
  let ready: Ready
  /// Where the other end's scan could not look.
  private let theirUnknown: UnknownPaths
  /// Whether there is any such place at either end.
  let hasUnknown: Bool
  /// The other end's problems.
  let theirProblems: [Problem]

  /// Opens the local replica, starts the other end, and has both scan at the same time.
  init(
    local path: [UInt8], with location: Location, role: Open.Role, _ options: RunOptions,
    progress: (Int, Int64) -> Void
  ) throws(SessionError) {
    local = try LocalReplica(
      Opening(path, options, makesRoot: role == .source && !options.isDryRun))
    peer = try Peer(location, options)
    do {
      let open = Open(
        role: role, flags: options.flags,
        lockWaitSeconds: UInt32(clamping: options.lockWaitSeconds),
        root: location.path, stateDirectory: location.stateDirectory(options),
        replica: local.index.replica,
        rules: options.filter.rules.map { Open.Rule(includes: $0.includes, pattern: $0.pattern) })
      try peer.send(try open.frame())
      try local.scan(progress: progress)
      var unknown: [Path] = []
      var problems: [Problem] = []
      while true {
        let frame = try peer.receive()
        switch frame.kind {
        case .unknown: unknown += try PathList.decode(payload: frame.payload)
        case .problems: problems += try Outcomes(payload: frame.payload).problems
        case .ready:
          ready = try Ready(payload: frame.payload)
          theirUnknown = UnknownPaths(unknown)
          theirProblems = problems
          hasUnknown = !unknown.isEmpty || !local.report.unknown.isEmpty
          return
        default: throw Malformed.kind
        }
        guard unknown.count <= Self.listLimit, problems.count <= Self.listLimit else {
          throw Malformed.count
        }
      }
    } catch {
      peer.abandon()
      throw SessionError(error)
    }
  }

  /// The most paths that the other end may list.
  private static let listLimit = 1 << 20

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
    if compresses { flags.insert(.compresses) }
    return flags
  }
}

extension Location {
  /// The state directory for the other end, which only a local one can be told.
  fileprivate func stateDirectory(_ options: RunOptions) -> [UInt8] {
    if case .local = self { options.stateDirectory ?? [] } else { [] }
  }
}
