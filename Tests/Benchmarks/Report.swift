import TestSupport

/// The samples of one workload, and how they are printed.
struct Report {
  private let tools: [Tool]
  private var samples: [Tool: [Sample]] = [:]
  private var relayed: [Tool: RelayedBytes] = [:]

  init(_ tools: [Tool]) {
    self.tools = tools
  }

  mutating func add(_ sample: Sample, of tool: Tool) {
    samples[tool, default: []].append(sample)
  }

  /// Takes what the relay has counted for a tool that does not tell.
  mutating func take(bytesIn file: String, of tool: Tool) throws {
    relayed[tool] = try Note.await(file, RelayedBytes.init(line:))
  }

  /// The table, and how treemend stands to the others round by round.
  var text: String {
    var table = TextTable([
      "", "wall s", "CPU s", "MB here", "MB there", "bytes sent", "received", "round trips",
      "× rsync",
    ])
    for tool in tools { if let row = row(tool) { table.add(row) } }
    return table.text + ratios + overhead
  }

  private func row(_ tool: Tool) -> [String]? {
    guard let samples = samples[tool], let last = samples.last,
      let wall = series(tool, \.here.wallSeconds)
    else { return nil }
    let there = samples.compactMap(\.there?.peakResidentByteCount).max()
    return [
      tool.title, wall.text(digits: 2),
      Series(samples.map(\.processorSeconds)).median.text(digits: 2),
      megabytes(samples.map(\.here.peakResidentByteCount).max()), megabytes(there),
      (relayed[tool]?.sent ?? last.sentByteCount)?.grouped ?? "-",
      (relayed[tool]?.received ?? last.receivedByteCount)?.grouped ?? "-",
      last.roundTripCount?.grouped ?? "-",
      series(.rsync, \.here.wallSeconds).map { (wall / $0).text(digits: 2) } ?? "-",
    ]
  }

  private var ratios: String {
    guard let own = series(.treemend, \.here.wallSeconds) else { return "" }
    return [Tool.rsync, .tar, .rsyncChecksum, .hashing, .walking].compactMap { tool -> String? in
      guard let other = series(tool, \.here.wallSeconds) else { return nil }
      let rounds = (own / other).values.map { $0.text(digits: 2) }.joined(separator: " ")
      return "treemend / \(tool.title), by round: \(rounds); "
        + "median (range) \((own / other).text(digits: 2))\n"
    }.joined()
  }

  private var overhead: String {
    guard let byteCount = samples[.treemend]?.last?.overheadByteCount else { return "" }
    return "treemend, both ways less content and 100 bytes a change: \(byteCount.grouped) bytes\n"
  }

  private func series(_ tool: Tool, _ part: (Sample) -> Double) -> Series? {
    samples[tool].map { Series($0.map(part)) }
  }

  private func megabytes(_ byteCount: Int?) -> String {
    byteCount.map { (Double($0) / 1e6).text(digits: 1) } ?? "-"
  }
}
