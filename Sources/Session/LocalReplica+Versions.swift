internal import Replica
internal import Wire

extension LocalReplica {
  /// Tells which versions the live entries carry, but for those at paths that are disputed.
  func tellVersions(
    except disputed: consuming DisputedPaths? = nil, _ deliver: @escaping (Frame) throws -> Void
  ) throws {
    var writer = VersionRunsWriter(deliver: deliver)
    var rows = RowCursor(index)
    while let run = try rows.next()?.bucket.run {
      for position in 0..<run.count where run.attributes(at: position).isLive {
        let path = run.path(at: position)
        var isDisputed = false
        if let found = try disputed?.reach(path) {
          if let passed = found.passed { try writer.write(nil, from: passed) }
          isDisputed = found.isDisputed
        }
        try writer.write(isDisputed ? nil : run.vector(at: position), from: path)
      }
    }
    if let rest = try disputed?.next() { try writer.write(nil, from: rest) }
    try writer.finish()
  }
}
