internal import Replica
internal import Wire

extension LocalReplica {
  /// The fewest live entries of an end at which it pays not to compare them with their versions.
  static let worthwhileCount = 1024

  /// Whether this end may come to agree with another on the versions of what they hold alike.
  var mayAgreeOnVersions: Bool {
    view.liveCount >= Self.worthwhileCount && report.unknown.isEmpty && opening.filter.isEmpty
      && !opening.isDryRun
  }

  /// Tells which versions the live entries carry, but for those at paths that are disputed.
  func tellVersions(
    except disputed: consuming DisputedPaths? = nil, _ deliver: @escaping (Frame) throws -> Void
  ) throws {
    var writer = VersionRunsWriter(deliver: deliver)
    var rows = RowCursor(index)
    while let run = try rows.next()?.bucket.run {
      try Interruption.check()
      for position in 0..<run.count where run.attributes(at: position).isLive {
        var isDisputed = false
        if let found = try disputed?.reach(run.path(at: position)) {
          if let passed = found.passed { try writer.write(nil, from: passed) }
          isDisputed = found.isDisputed
        }
        try writer.write(
          isDisputed ? nil : run.vector(at: position), from: run.path(at: position))
      }
    }
    if let rest = try disputed?.next() { try writer.write(nil, from: rest) }
    try writer.finish()
  }
}
