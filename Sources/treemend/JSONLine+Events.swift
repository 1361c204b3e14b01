internal import Hashing
internal import Reconcile
internal import Replica
internal import Session

extension JSONLine {
  /// The first line of a run.
  static func start(command: String, source: Location, destination: Location) -> JSONLine {
    var line = JSONLine(type: "start")
    line.add("command", command)
    line.add("source", bytes: source.name)
    line.add("destination", bytes: destination.name)
    line.add("version", Session.version)
    return line
  }

  /// A change.
  static func item(_ item: Item) -> JSONLine {
    var line = JSONLine(type: "item")
    line.add("action", item.action.rawValue)
    line.add("path", bytes: item.path.slashed)
    if let from = item.from { line.add("from", bytes: from.slashed) }
    line.add("bytes", item.action == .move ? 0 : item.byteCount)
    line.add("side", item.side.rawValue)
    return line
  }

  /// Concurrent versions.
  static func conflict(_ conflict: Conflict) -> JSONLine {
    var line = JSONLine(type: "conflict")
    line.add("path", bytes: conflict.path.slashed)
    line.add("winner", conflict.winner?.rawValue ?? "none")
    if let path = conflict.loserPath { line.add("loser_path", bytes: path.slashed) }
    return line
  }

  /// Clocks that are apart.
  static func clockSkew(_ seconds: Double) -> JSONLine {
    var line = JSONLine(type: "clock_skew")
    line.add("seconds", seconds: seconds)
    return line
  }

  /// A path that could not be dealt with.
  static func problem(_ problem: Problem) -> JSONLine {
    var line = JSONLine(type: "problem")
    line.add("path", bytes: problem.shownPath)
    line.add("code", problem.code.name)
    line.add("message", problem.message)
    return line
  }

  /// How far the run is.
  static func progress(_ progress: Progress) -> JSONLine {
    var line = JSONLine(type: "progress")
    line.add("phase", "\(progress.phase)")
    line.add("items", Int64(progress.itemCount))
    line.add("items_total", Int64(progress.itemTotal))
    line.add("bytes", progress.byteCount)
    line.add("bytes_total", progress.byteTotal)
    return line
  }

  /// The last line of a run that came to its end.
  static func summary(_ summary: Summary, _ status: ExitStatus) -> JSONLine {
    var line = JSONLine(type: "summary")
    line.add("exit", Int64(status.rawValue))
    line.add("equal", summary.isEqual)
    line.add("local_root", summary.localRoot?.description)
    line.add("remote_root", summary.remoteRoot?.description)
    let figures: [(String, Int64)] = [
      ("entries", Int64(summary.entryCount)), ("scanned", Int64(summary.scannedCount)),
      ("hashed_bytes", summary.hashedByteCount), ("sent_bytes", summary.sentByteCount),
      ("received_bytes", summary.receivedByteCount),
      ("round_trips", Int64(summary.roundTripCount)),
      ("nodes_compared", Int64(summary.comparedNodeCount)),
      ("buckets_exchanged", Int64(summary.exchangedBucketCount)),
      ("files_copied", Int64(summary.copiedCount)),
      ("files_updated", Int64(summary.updatedCount)),
      ("files_deleted", Int64(summary.deletedCount)), ("files_moved", Int64(summary.movedCount)),
      ("extraneous", Int64(summary.extraneousCount)),
      ("literal_bytes", summary.literalByteCount), ("matched_bytes", summary.matchedByteCount),
      ("conflicts", Int64(summary.conflictCount)),
      ("unsettled", Int64(summary.unsettledCount)), ("left", Int64(summary.leftCount)),
      ("problems", Int64(summary.problemCount)),
    ]
    for (name, number) in figures { line.add(name, number) }
    line.add("seconds", seconds: summary.seconds)
    return line
  }

  /// The last line of a run that stopped: its figures are not known.
  static func summary(_ failure: Failure) -> JSONLine {
    var line = JSONLine(type: "summary")
    line.add("exit", Int64(failure.status.rawValue))
    line.add("equal", false)
    line.add("error", ([failure.what] + failure.causes).joined(separator: ": "))
    return line
  }
}
