import Testing

@testable import Wire

@Suite struct DeflateChoiceTests {
  private typealias Costs = DeflateChoice.Costs

  private static let frameByteCount = 1 << 18

  private static func pace(_ nanosecondsPerByte: Int64) -> Pace {
    var pace = Pace()
    for _ in 0..<4 { pace.note(nanoseconds: nanosecondsPerByte << 18, byteCount: 1 << 18) }
    return pace
  }

  private static func costs(making: Int64, deflating: Int64?, writing: Int64) -> Costs {
    var costs = Costs()
    costs.making = pace(making)
    costs.deflating = deflating.map(pace) ?? Pace()
    costs.writing = pace(writing)
    return costs
  }

  private static let slow = costs(making: 2, deflating: 10, writing: 800)
  private static let fast = costs(making: 2, deflating: 10, writing: 1)

  /// Which of the next frames are tried, each try with the same success.
  private func tries(
    _ choice: inout DeflateChoice, _ frameCount: Int, _ costs: DeflateChoice.Costs, helping: Bool
  ) -> [Int] {
    (0..<frameCount).filter { _ in
      let isTried = choice.tries(byteCount: Self.frameByteCount, costs)
      if isTried { choice.note(helped: helping) }
      return isTried
    }
  }

  @Test func `always and never hold whatever it costs`() {
    for (costs, helps) in [(Self.slow, false), (Self.fast, true)] {
      var always = DeflateChoice(.always)
      var never = DeflateChoice(.never)
      #expect(tries(&always, 20, costs, helping: helps) == Array(0..<20))
      #expect(tries(&never, 20, costs, helping: helps) == [])
    }
  }

  @Test func `the first megabyte is tried, and on a fast link nothing after it`() {
    var choice = DeflateChoice(.whenItPays)
    #expect(tries(&choice, 100, Self.fast, helping: true) == [0, 1, 2, 3])
    #expect(tries(&choice, 100, Self.fast, helping: true) == [])
  }

  @Test func `what comes before the link has taken four frames is tried`() {
    var choice = DeflateChoice(.whenItPays)
    var costs = Costs()
    for count in 0..<4 {
      #expect(tries(&choice, 20, costs, helping: true) == Array(0..<20), "\(count)")
      costs.writing.note(nanoseconds: 0, byteCount: 1 << 18)
    }
    #expect(tries(&choice, 20, costs, helping: true) == [])
  }

  @Test func `on a slow link everything that deflates is tried`() {
    var choice = DeflateChoice(.whenItPays)
    #expect(tries(&choice, 200, Self.slow, helping: true) == Array(0..<200))
  }

  @Test func `what does not deflate is tried ever more rarely, up to a bound`() {
    var choice = DeflateChoice(.whenItPays)
    let tried = tries(&choice, 400, Self.slow, helping: false)
    #expect(tried == [0, 2, 5, 10, 19, 36, 69, 134, 199, 264, 329, 394])
  }

  @Test func `one try that helps ends the pauses`() {
    var choice = DeflateChoice(.whenItPays)
    #expect(tries(&choice, 36, Self.slow, helping: false).count == 5)
    #expect(tries(&choice, 10, Self.slow, helping: true) == Array(0..<10))
    #expect(tries(&choice, 5, Self.slow, helping: false) == [0, 2])
  }

  @Test(
    arguments: [
      (2, 10, 24, false), (2, 10, 25, true), (10, 10, 40, false), (2, nil, 5, true),
      (0, 0, 1, true),
    ] as [(Int64, Int64?, Int64, Bool)])
  func `a link is slow if it takes more than twice the processor's time`(
    making: Int64, deflating: Int64?, writing: Int64, isSlow: Bool
  ) {
    let costs = Self.costs(making: making, deflating: deflating, writing: writing)
    #expect(costs.areOfTheLink == isSlow)
  }

  @Test func `of a link of which nothing is known nothing is said`() {
    #expect(!Costs().areOfTheLink)
  }
}

@Suite struct PaceTests {
  @Test func `one stop among the last does not count`() {
    var pace = Pace()
    #expect(pace.nanosecondsPerByte == nil)
    for nanoseconds in [20_000, 20_000, 9_000_000_000, 40_000] as [Int64] {
      pace.note(nanoseconds: nanoseconds, byteCount: 20_000)
    }
    #expect(pace.nanosecondsPerByte == 2)
    pace.note(nanoseconds: 20_000, byteCount: 20_000)
    #expect(pace.nanosecondsPerByte == 1)
  }

  @Test func `what is long ago does not count, nor what is short`() {
    var pace = Pace()
    for _ in 0..<100 { pace.note(nanoseconds: 1 << 20, byteCount: 1 << 20) }
    for _ in 0..<100 { pace.note(nanoseconds: 1 << 40, byteCount: Pace.minimumByteCount - 1) }
    #expect(pace.nanosecondsPerByte == 1)
    for _ in 0..<5 { pace.note(nanoseconds: 3 << 20, byteCount: 1 << 20) }
    #expect(pace.nanosecondsPerByte == 3)
  }
}
