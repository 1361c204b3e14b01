import Testing

@testable import Session
@testable import treemend

@Suite struct ProgressLineTests {
  private func progress(
    _ phase: Progress.Phase, items: (Int, Int), bytes: (Int64, Int64)
  ) -> Progress {
    Progress(
      phase: phase, itemCount: items.0, itemTotal: items.1, byteCount: bytes.0, byteTotal: bytes.1)
  }

  @Test func `a transfer has totals, a rate and the time left`() {
    let line = ProgressLine(
      progress: progress(.transferring, items: (10, 1200), bytes: (2_000_000, 8_000_000)),
      seconds: 2)
    let text = "10/1,200 items, 2.00 MB of 8.00 MB, 25%, 1.00 MB/s, 6.00 s left"
    #expect(line.text(width: 80) == text)
    #expect(line.text(width: 5) == "10/1,")
    #expect(line.text(width: -1) == "")
  }

  @Test func `no rate is told before a second has gone by`() {
    let line = ProgressLine(
      progress: progress(.transferring, items: (1, 2), bytes: (5, 10)), seconds: 0.9)
    #expect(line.text(width: 80) == "1/2 items, 5 B of 10 B, 50%")
  }

  @Test(
    arguments: [
      ((99, 100), (999, 1000), 99), ((1, 1), (10, 10), 100), ((1, 4), (0, 0), 25),
      ((0, 0), (0, 0), 100), ((5, 4), (30, 20), 100),
    ] as [((Int, Int), (Int64, Int64), Int)])
  func `the percentage is of bytes if there are any, and 100 only at the end`(
    items: (Int, Int), bytes: (Int64, Int64), percent: Int
  ) {
    let line = ProgressLine(
      progress: progress(.transferring, items: items, bytes: bytes), seconds: 0)
    #expect(line.text(width: 80).hasSuffix(" \(percent)%"))
  }

  @Test func `before the transfer there are counts without totals`() {
    let scan = progress(.scanning, items: (12_345, 0), bytes: (1_000_000, 0))
    #expect(
      ProgressLine(progress: scan, seconds: 0).text(width: 80)
        == "scanning: 12,345 entries, 1.00 MB hashed")
    let comparison = progress(.comparing, items: (3, 0), bytes: (0, 0))
    #expect(ProgressLine(progress: comparison, seconds: 0).text(width: 80) == "comparing: 3 nodes")
  }
}
