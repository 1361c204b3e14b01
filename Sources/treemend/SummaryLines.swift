internal import Hashing
internal import Session

/// The end of a run, for people.
struct SummaryLines {
  let summary: Summary
  let kind: Reporter.Kind
  var isTwoWay = false
  let quantity: Quantity

  /// One line, for a terminal.
  var closing: String {
    let changes =
      "\(quantity.text(summary.copiedCount)) copied, \(quantity.text(summary.updatedCount)) updated, "
      + "\(quantity.text(summary.deletedCount)) deleted"
      + (summary.movedCount > 0 ? ", \(quantity.text(summary.movedCount)) moved" : "")
      + (summary.conflictCount > 0 ? ", \(quantity.text(summary.conflictCount, "conflict"))" : "")
    let left =
      summary.extraneousCount > 0
      ? ", \(quantity.text(summary.extraneousCount)) only at the destination" : ""
    let problems =
      summary.problemCount > 0 ? ", \(quantity.text(summary.problemCount, "problem"))" : ""
    let time = Quantity.seconds(summary.seconds)
    return switch kind {
    case .copy: "\(changes)\(left)\(problems); \(equality) after \(time)\n"
    case .dryRun: "would be: \(changes)\(left)\(problems); looked for \(time), changed nothing\n"
    case .diff, .look: "\(equality)\(problems), after \(time)\n"
    }
  }

  /// What a run in one direction leaves as it is, or nil if it leaves nothing.
  var left: String? {
    guard isTwoWay, summary.leftCount > 0 else { return nil }
    let verbs = summary.leftCount == 1 ? ("is", "goes") : ("are", "go")
    return
      "\(quantity.text(summary.leftCount, "change")) \(verbs.0) left, which \(verbs.1) the other way\n"
  }

  /// The figures that `--stats` asks for.
  var statistics: String {
    var table = Table()
    table.add("Entries", quantity.text(summary.entryCount))
    table.add("Scanned", quantity.text(summary.scannedCount))
    table.add("Hashed", quantity.bytes(summary.hashedByteCount))
    table.add("Copied", quantity.text(summary.copiedCount))
    table.add("Updated", quantity.text(summary.updatedCount))
    table.add("Deleted", quantity.text(summary.deletedCount))
    table.add("Moved", quantity.text(summary.movedCount))
    if isTwoWay {
      table.add("Conflicts", quantity.text(summary.conflictCount))
      table.add("Unsettled", quantity.text(summary.unsettledCount))
      table.add("Left for the other way", quantity.text(summary.leftCount))
    }
    if !isTwoWay { table.add("Only at the destination", quantity.text(summary.extraneousCount)) }
    table.add("Problems", quantity.text(summary.problemCount))
    table.add("Content brought", quantity.bytes(summary.literalByteCount))
    table.add("Content found there", quantity.bytes(summary.matchedByteCount))
    table.add("Sent", quantity.bytes(summary.sentByteCount))
    table.add("Received", quantity.bytes(summary.receivedByteCount))
    table.add("Round trips", quantity.text(summary.roundTripCount))
    table.add("Nodes compared", quantity.text(summary.comparedNodeCount))
    table.add("Buckets exchanged", quantity.text(summary.exchangedBucketCount))
    table.add("Local root", summary.localRoot?.description ?? "not hashed")
    table.add("Remote root", summary.remoteRoot?.description ?? "not hashed")
    table.add("Replicas", equality)
    table.add("Time", Quantity.seconds(summary.seconds))
    return table.text
  }

  private var equality: String {
    guard summary.looksEqual else { return "different" }
    return summary.isEqual ? "equal" : "equal but for what failed"
  }
}
