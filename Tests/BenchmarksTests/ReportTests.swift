import Testing

@testable import bench

@Suite struct ReportTests {
  @Test func `columns stand below one another`() {
    var table = TextTable(["", "wall", "x"])
    table.add(["rsync", "1.5", "2"])
    table.add(["cp", "10.25", ""])
    #expect(table.text == "        wall  x\nrsync    1.5  2\ncp     10.25\n")
  }

  @Test(
    arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")]
      as [(Int, String)])
  func `numbers are grouped`(number: Int, text: String) {
    #expect(number.grouped == text)
  }

  @Test func `figures are read as both programs print them`() {
    let figures = Figures(
      "Total bytes sent: 1,234\nSent:          56 bytes\nReplicas:  equal\nsent 5 bytes  7.00 bytes/sec\n"
    )
    #expect(figures["Total bytes sent"] == 1_234)
    #expect(figures["Sent"] == 56)
    #expect(figures["Replicas"] == nil && figures["Received"] == nil)
  }

  @Test func `what a program took comes through its file`() {
    let usage = Usage(wallSeconds: 1.25, processorSeconds: 0.001, peakResidentByteCount: 4_096)
    #expect(Usage(line: usage.line) == usage)
    #expect(Usage(line: "") == nil && Usage(line: "1 2\n") == nil)
    let relayed = RelayedBytes(sent: 1, received: 2)
    #expect(RelayedBytes(line: relayed.line) == relayed && RelayedBytes(line: "1") == nil)
  }

  @Test func `what two runs took is added up, but for memory`() {
    var usage = Usage(wallSeconds: 1, processorSeconds: 2, peakResidentByteCount: 3)
    usage += Usage(wallSeconds: 4, processorSeconds: 5, peakResidentByteCount: 1)
    #expect(usage == Usage(wallSeconds: 5, processorSeconds: 7, peakResidentByteCount: 3))
  }
}
