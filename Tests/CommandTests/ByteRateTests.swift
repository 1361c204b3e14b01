import Testing

@testable import treemend

@Suite struct ByteRateTests {
  @Test(
    arguments: [
      ("0", nil), ("0.0", nil), ("0M", nil), ("1", 1024), ("10", 10_240), ("800", 819_200),
      ("0.5", 512), (".5", 512), ("1.", 1024), ("1.5m", 1_572_864), ("1.5M", 1_572_864),
      ("20K", 20_480), ("20KiB", 20_480), ("20kb", 20_000), ("2MB", 2_000_000),
      ("1g", 1_073_741_824), ("512b", 512), ("1P", 1 << 50),
    ] as [(String, Int?)])
  func `a rate is read as rsync reads it`(text: String, rate: Int?) throws {
    #expect(try ByteRate.read(RawArgument(bytes: [UInt8](text))) == rate)
  }

  @Test(
    arguments: [
      "", "K", ".", "fast", "1.2.3", "-1", "+1", "1e6", "0x10", "1kk", "1 M", "1ib", "1m+1",
      "١", "nan", "inf",
    ])
  func `what is no rate is a usage error that says what one is`(text: String) {
    let failure = #expect(throws: Failure.self) {
      try ByteRate.read(RawArgument(bytes: [UInt8](text)))
    }
    #expect(failure?.status == .usage)
    #expect(failure?.what.contains("--bwlimit=\(text)") == true)
    #expect(failure?.hint?.contains("KiB a second") == true)
  }

  @Test(
    arguments: [
      ("511b", "slow"), ("0.49", "slow"), ("1.1P", "fast"), ("99999999999999999999999999", "fast"),
    ])
  func `a rate beyond the bounds is a usage error`(text: String, reason: String) {
    let failure = #expect(throws: Failure.self) {
      try ByteRate.read(RawArgument(bytes: [UInt8](text)))
    }
    #expect(failure?.status == .usage)
    #expect(failure?.what.contains("too \(reason)") == true)
  }

  @Test func `bytes that are no text are no rate`() {
    #expect(throws: Failure.self) { try ByteRate.read(RawArgument(bytes: [0xff])) }
  }
}
