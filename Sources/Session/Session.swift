internal import FileSystem
package import Hashing
internal import Index
internal import Merkle
internal import Reconcile
package import Replica
internal import Wire

/// The runs that the command offers.
package enum Session {
  /// The version of the program.
  package static let version = "0.1.0"

  /// Asks the run to stop as soon as what it has begun is whole; safe in a signal handler.
  package static func interrupt() {
    Interruption.request()
  }

  /// Makes the replica at `to` agree with that at `from`. One of them at least is local.
  package static func copy(
    from: Location, to: Location, options: RunOptions, report: (Event) -> Void
  ) throws(SessionError) -> Summary {
    try run(from, to, isTwoWay: false, options, report)
  }

  /// Makes two replicas converge, as far as the direction lets both be changed. One of them at least
  /// is local.
  package static func sync(
    _ a: Location, _ b: Location, options: RunOptions, report: (Event) -> Void
  ) throws(SessionError) -> Summary {
    try run(a, b, isTwoWay: true, options, report)
  }

  private static func run(
    _ a: Location, _ b: Location, isTwoWay: Bool, _ options: RunOptions,
    _ report: (Event) -> Void
  ) throws(SessionError) -> Summary {
    do {
      return try withoutActuallyEscaping(report) { report in
        let (path, other, side): ([UInt8], Location, Side) =
          switch (a, b) {
          case (.local(let path), _): (path, b, .source)
          case (.remote, .local(let path)): (path, a, .destination)
          case (.remote, .remote): preconditionFailure("one end of a run is local")
          }
        return try InitiatorRun(
          local: path, other: other, localSide: side, isTwoWay: isTwoWay, options, report
        ).run()
      }
    } catch {
      throw SessionError(error)
    }
  }

  /// Compares the content of two replicas and changes neither. One of them at least is local.
  ///
  /// An item says what makes `b` like `a`: `.delete` stands for what only `b` has.
  package static func diff(
    _ a: Location, _ b: Location, options: RunOptions, report: (Event) -> Void
  ) throws(SessionError) -> Summary {
    switch (a, b) {
    case (.local(let path), _):
      try DiffRun.run(path, b, isSwapped: false, options, report: report)
    case (.remote, .local(let path)):
      try DiffRun.run(path, a, isSwapped: true, options, report: report)
    case (.remote, .remote): preconditionFailure("one end of a comparison is local")
    }
  }

  /// Is the far end of one run, over two descriptors; `describe` gives the exit code and the lines
  /// for people that an error comes to, for the initiator to show. The initiator may say nothing for
  /// so long, or for ever. Returns the exit code.
  package static func serve(
    input: Int32, output: Int32, silenceLimitSeconds: Int?,
    describe: @escaping (SessionError) -> (exitCode: UInt8, message: [UInt8])
  ) -> UInt8 {
    ServeRun.serve(
      input: input, output: output, silenceLimitSeconds: silenceLimitSeconds, describe: describe)
  }

  /// The replica at `path` after a scan, which changes nothing but its index; its problems are reported.
  static func scanned(
    _ path: [UInt8], _ options: RunOptions, needsHistory: Bool = false,
    _ report: (Event) -> Void
  ) throws(SessionError) -> LocalReplica {
    try RootGuard.checkState(options, path)
    var opening = Opening(path, options)
    opening.needsHistory = needsHistory
    let replica = try LocalReplica(opening)
    do {
      try replica.scan { count, byteCount in
        report(.progress(Progress(scanned: count, byteCount)))
      }
    } catch {
      throw replica.setAsideIndex(after: error) ?? SessionError(error)
    }
    for problem in replica.problems { report(.problem(problem)) }
    return replica
  }

  /// The content root, or with `state` the state root, of the replica at `path`.
  package static func root(
    of path: [UInt8], options: RunOptions, state: Bool, report: (Event) -> Void
  ) throws(SessionError) -> Digest {
    let view = try scanned(path, options, report).view
    return (state ? view.state : view.content).root
  }

  /// Calls `each` with the live entries of the replica at `path`, in key order.
  package static func list(
    _ path: [UInt8], options: RunOptions, report: (Event) -> Void, each: (Entry) -> Void
  ) throws(SessionError) {
    let replica = try scanned(path, options, report)
    do {
      try replica.forEachLiveEntry { run, index in each(run.entry(at: index)) }
    } catch {
      throw replica.setAsideIndex(after: error) ?? SessionError(error)
    }
  }

  /// What is known of the replica at `path`, after a scan.
  package static func status(
    of path: [UInt8], options: RunOptions, report: (Event) -> Void
  ) throws(SessionError) -> ReplicaStatus {
    let replica = try scanned(path, options, report)
    do {
      return ReplicaStatus(
        replica: replica.index.replica, stateDirectory: replica.stateDirectory ?? [],
        contentRoot: replica.view.content.root, stateRoot: replica.view.state.root,
        liveCount: replica.view.liveCount, tombstoneCount: replica.view.tombstoneCount,
        totalByteCount: replica.view.byteCount,
        lastRuns: try replica.index.lastRuns(),
        peers: try replica.index.peers())
    } catch {
      throw replica.setAsideIndex(after: error) ?? SessionError(error)
    }
  }

  /// Finds out whether `host` can be reached and which version answers there.
  package static func diagnose(
    host: String, options: RunOptions
  ) throws(SessionError) -> Diagnosis {
    let start = monotonicNanoseconds()
    let peer = try Peer(.remote(host: host, path: []), options)
    do {
      try peer.greet()
    } catch {
      peer.abandon()
      throw error
    }
    defer { peer.close() }
    return Diagnosis(
      farVersion: peer.program, protocolVersion: Int(Hello.current),
      seconds: Double(monotonicNanoseconds() - start) / 1e9)
  }
}

extension Progress {
  init(scanned count: Int, _ byteCount: Int64) {
    self.init(
      phase: .scanning, itemCount: count, itemTotal: 0, byteCount: byteCount, byteTotal: 0)
  }
}
