import Session
import Testing

@testable import treemend

@Suite struct SummaryLinesTests {
  private func lines(_ summary: Summary) -> SummaryLines {
    SummaryLines(summary: summary, kind: .copy, isTwoWay: true, quantity: Quantity())
  }

  @Test(arguments: [(1, "1 change is left, which goes"), (2, "2 changes are left, which go")])
  func `what is left is counted in good words`(count: Int, text: String) {
    var summary = Summary()
    summary.leftCount = count
    #expect(lines(summary).left == "\(text) the other way\n")
  }

  @Test func `one of a kind is no plural`() {
    var summary = Summary()
    (summary.conflictCount, summary.problemCount) = (1, 1)
    #expect(lines(summary).closing.contains("1 conflict, 1 problem;"))
    (summary.conflictCount, summary.problemCount) = (2, 1200)
    #expect(lines(summary).closing.contains("2 conflicts, 1,200 problems;"))
  }
}
