import Foundation
import TestSupport

/// One run of a tool: what it took, and what it says of itself.
struct Sample {
  private(set) var here: Usage
  /// The far end, if there is one.
  private(set) var there: Usage?
  /// Bytes on the pipe from here and to here, if they are known.
  var sentByteCount: Int?
  var receivedByteCount: Int?
  /// How many messages had to follow each other, by treemend's own count.
  let roundTripCount: Int?
  /// What went over the pipe beside content and 100 bytes for each file that changed.
  private(set) var overheadByteCount: Int?

  /// Runs a command of the tool, measured, and takes down what it took.
  ///
  /// Throws if it does not succeed, or if by treemend's word both ends are not equal then.
  init(_ tool: Tool, _ command: [String], with equipment: Equipment) throws {
    let files = equipment.usageFiles
    for file in [files.here, files.there] { unlink(file) }
    let run = try Interruption.run([equipment.bench, "measure", files.here, "--"] + command)
    guard run.ending == .exited(0) else { throw FailedSetUp(program: tool.title, run: run) }
    here = try Note.await(files.here) { Usage(line: $0) }
    there = tool.isRemote ? try Note.await(files.there) { Usage(line: $0) } : nil
    let figures = Figures(run.text)
    roundTripCount = figures["Round trips"]
    guard tool == .treemend else {
      sentByteCount = figures["Total bytes sent"]
      receivedByteCount = figures["Total bytes received"]
      overheadByteCount = nil
      return
    }
    guard run.text.contains(/Replicas: +equal\n/), let sent = figures["Sent"],
      let received = figures["Received"]
    else { throw FailedSetUp(program: tool.title, run: run) }
    sentByteCount = sent
    receivedByteCount = received
    let changes = ["Copied", "Updated", "Deleted", "Moved"].reduce(0) { $0 + (figures[$1] ?? 0) }
    overheadByteCount = sent + received - (figures["Content brought"] ?? 0) - 100 * changes
  }

  /// Adds what a run took before that was cut. The memory at this end is that of the relay.
  mutating func add(_ here: Usage, _ there: Usage, _ relayed: RelayedBytes) {
    var here = here
    here.peakResidentByteCount = 0
    self.here += here
    self.there? += there
    sentByteCount? += relayed.sent
    receivedByteCount? += relayed.received
    // What of the content came with which run nobody knows.
    overheadByteCount = nil
  }

  var processorSeconds: Double { here.processorSeconds + (there?.processorSeconds ?? 0) }
}
