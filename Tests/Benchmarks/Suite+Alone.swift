import Foundation
import TestSupport

/// What is measured of treemend by itself.
extension Suite {
  /// Over a connection on which everything takes 50 ms each way, prints how many times that a run
  /// takes in which nothing is to be done, beyond what `ssh HOST true` takes.
  func measureRoundTrips() throws {
    let site = try site(.small)
    let tools = [Tool.treemend, .rsync].filter { options.tools.contains($0) && $0.isInstalled }
    let shell = try equipment.remoteShell(delayed: true).split(separator: " ").map(String.init)
    var empty: [Double] = []
    var walls: [Tool: [Double]] = [:]
    for round in 0...options.roundCount {
      note("round \(round) of \(options.roundCount)")
      // Measured at the far end, too, as the tools are.
      let nothing = try equipment.remoteProgram(["true"])
      let connection = try usage(of: shell + [equipment.server.host, nothing])
      if round > 0 { empty.append(connection.wallSeconds) }
      for tool in tools {
        let command = try tool.command(on: site, with: equipment, delayed: true)
        let sample = try Sample(tool, command, with: equipment)
        if round > 0 { walls[tool, default: []].append(sample.here.wallSeconds) }
      }
    }
    note("")
    var table = TextTable(["", "wall s", "round trips beyond it"])
    table.add(["ssh HOST true", Series(empty).text(digits: 3), "-"])
    let roundTripSeconds = 2 * Double(Relay.delayMilliseconds) / 1_000
    for tool in tools {
      guard let walls = walls[tool] else { continue }
      let beyond = Series(zip(walls, empty).map { ($0 - $1) / roundTripSeconds })
      table.add([tool.title, Series(walls).text(digits: 3), beyond.text(digits: 2)])
    }
    print(table.text)
  }

  /// Prints how many bytes the index takes for each entry.
  func measureIndex() throws {
    let site = try site(.replicas)
    let command = try Tool.treemend.command(on: site, with: equipment)
    let run = try Interruption.run(command)
    let size = try ProgramRun("sh", "-c", "cat \(site.stateDirectory)/*/index* | wc -c")
    guard let entryCount = Figures(run.text)["Entries"],
      let byteCount = Int(size.text.filter(\.isNumber)), entryCount > 0, byteCount > 0
    else { throw FailedSetUp(program: "treemend --stats", run: run) }
    note("")
    print(
      "\(byteCount.grouped) bytes for \(entryCount.grouped) entries,",
      "\((Double(byteCount) / Double(entryCount)).text(digits: 1)) each\n")
  }

  /// Prints how long a program takes that does nothing.
  func measureStartUp() throws {
    var table = TextTable(["", "wall ms", "CPU ms", "MB"])
    for words in [[equipment.treemend, "-V"], ["rsync", "--version"]] {
      let runs = try (0...4 * options.roundCount).map { _ in try usage(of: words) }.dropFirst()
      table.add([
        [words[0].split(separator: "/").last.map(String.init) ?? "", words[1]]
          .joined(separator: " "),
        Series(runs.map { 1_000 * $0.wallSeconds }).text(digits: 1),
        Series(runs.map { 1_000 * $0.processorSeconds }).median.text(digits: 1),
        (Double(runs.map(\.peakResidentByteCount).max() ?? 0) / 1e6).text(digits: 1),
      ])
    }
    note("")
    print(table.text)
  }
}
