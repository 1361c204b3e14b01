import Foundation
import TestSupport

extension Suite {
  /// Runs all tools of a comparison in turn, each first once without counting, and prints what they
  /// took.
  func measure(_ comparison: Comparison) throws {
    let tools = comparison.tools.filter { options.tools.contains($0) && $0.isInstalled }
    let site = try site(comparison.ground)
    print(site.description)
    var report = Report(tools)
    for round in 0...options.roundCount {
      try comparison.change(site, round)
      for place in tools.indices {
        let tool = tools[(place + round) % tools.count]
        note("round \(round) of \(options.roundCount): \(tool.title)")
        try run(tool, comparison, on: site, isWarmUp: round == 0, &report)
      }
      try undo(comparison, on: site, tools)
    }
    note("")
    print(report.text)
  }

  private func run(
    _ tool: Tool, _ comparison: Comparison, on site: Site, isWarmUp: Bool, _ report: inout Report
  ) throws {
    try comparison.prepare(site, tool)
    let counting = isWarmUp && tool.isCountedByRelay
    if counting { unlink(equipment.countFile) }
    let sample =
      try comparison.isCut
      ? sampleOfCut(tool, on: site)
      : Sample(
        tool,
        tool.command(
          on: site, with: equipment, counting: counting, deletes: comparison.deletes),
        with: equipment)
    if counting { try report.take(bytesIn: equipment.countFile, of: tool) }
    if !isWarmUp { report.add(sample, of: tool) }
    if comparison.isVerified { try site.verify(tool) }
    try comparison.cleanUp(site, tool)
  }

  /// Takes back what the round has changed, at the destinations, too.
  private func undo(_ comparison: Comparison, on site: Site, _ tools: [Tool]) throws {
    guard let undo = comparison.undo else { return }
    try undo(site)
    for tool in tools {
      note("taking the change back: \(tool.title)")
      let command = try tool.command(on: site, with: equipment, deletes: true)
      _ = try Sample(tool, command, with: equipment)
    }
  }
}
