import Testing

@testable import bench

@Suite struct SeriesTests {
  @Test(
    arguments: [
      ([3], 3, 3, 3), ([4, 1], 2.5, 1, 4), ([9, 1, 2], 2, 1, 9), ([1, 5, 3, 2], 2.5, 1, 5),
    ]
      as [([Double], Double, Double, Double)])
  func `the median is the middle one`(
    values: [Double], median: Double, minimum: Double, maximum: Double
  ) {
    let series = Series(values)
    #expect(series.median == median && series.minimum == minimum && series.maximum == maximum)
  }

  @Test func `a ratio is taken round by round`() {
    let ratio = Series([1, 6, 2]) / Series([2, 2, 8])
    #expect(ratio.values == [0.5, 3, 0.25])
    #expect(ratio.text(digits: 2) == "0.50 (0.25–3.00)")
  }

  @Test func `what grows with the logarithm takes one step for ten times as much`() {
    let model = Extrapolation(smaller: 1e6, larger: 1e7, target: 1e9)
    #expect(abs(model.logarithmic(100, 130) - 190) < 1e-6)
    #expect(model.logarithmic(130, 100) == 100)
    #expect(abs(model.linear(20, 110) - 10_010) < 1e-6)
  }
}
