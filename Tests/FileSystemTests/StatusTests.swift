import Testing

@testable import FileSystem

@Suite struct StatusTests {
  @Test(
    arguments: [
      .min, .min + 1, -1_000_000_001, -1_000_000_000, -999_999_999, -1, 0, 1, 999_999_999,
      1_000_000_000, .max - 1, .max,
    ] as [Int64])
  func `a time survives the way to seconds and back`(nanoseconds: Int64) {
    let time = Timestamp(nanoseconds)
    #expect((0..<1_000_000_000).contains(time.nanoseconds))
    #expect(Timestamp(time.seconds, UInt32(time.nanoseconds)).sinceEpoch == nanoseconds)
  }

  @Test(arguments: [
    (Int64.max, Int64.max), (9_223_372_037, .max), (9_223_372_036, .max),
    (9_223_372_035, 9_223_372_035_854_775_807), (-9_223_372_038, .min), (.min, .min),
  ])
  func `a time beyond 64 bits is the closest`(seconds: Int64, nanoseconds: Int64) {
    #expect(Timestamp(seconds, 854_775_807).sinceEpoch == nanoseconds)
  }
}
