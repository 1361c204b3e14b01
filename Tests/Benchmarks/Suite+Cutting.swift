import Glibc
import TestSupport

extension Suite {
  /// Has a tool copy the image, cuts the connection when half of it is through, has the tool try
  /// again, and returns what both runs took together.
  func sampleOfCut(_ tool: Tool, on site: Site) throws -> Sample {
    let files = equipment.usageFiles
    for file in [files.here, files.there, equipment.countFile] { unlink(file) }
    let cut = try tool.command(on: site, with: equipment, cutAfter: site.byteCount / 2)
    let run = try Interruption.run([equipment.bench, "measure", files.here, "--"] + cut)
    guard run.ending != .exited(0) else { throw FailedSetUp(program: tool.title, run: run) }
    let here = try Note.await(files.here) { Usage(line: $0) }
    // Only when the far end has saved what it has can the next run begin.
    let there = try Note.await(files.there, limitSeconds: 120) { Usage(line: $0) }
    let relayed = try Note.await(equipment.countFile, RelayedBytes.init(line:))
    let again = try tool.command(on: site, with: equipment, keepsPartial: true)
    var sample = try Sample(tool, again, with: equipment)
    sample.add(here, there, relayed)
    return sample
  }
}
