import Testing

@testable import treemend

@Suite struct QuantityTests {
  @Test(
    arguments: [
      (0, "0", "0", "0 B"), (999, "999", "999", "999 B"), (1000, "1,000", "1.00K", "1.00 kB"),
      (1_234_567, "1,234,567", "1.23M", "1.23 MB"), (999_499, "999,499", "999K", "999 kB"),
      (999_500, "999,500", "1.00M", "1.00 MB"), (9_999, "9,999", "10.0K", "10.0 kB"),
      (12_345, "12,345", "12.3K", "12.3 kB"), (99_960, "99,960", "100K", "100 kB"),
      (-1_234_567, "-1,234,567", "-1.23M", "-1.23 MB"),
      (.max, "9,223,372,036,854,775,807", "9.22E", "9.22 EB"),
      (.min, "-9,223,372,036,854,775,808", "-9.22E", "-9.22 EB"),
    ] as [(Int64, String, String, String)])
  func `a number is grouped, or cut to three digits`(
    number: Int64, grouped: String, short: String, bytes: String
  ) {
    #expect(Quantity().text(number) == grouped)
    #expect(Quantity(isHumanReadable: true).text(number) == short)
    #expect(Quantity.shortBytes(number) == bytes)
  }

  @Test(
    arguments: [
      (0, "0.00 s"), (0.256, "0.26 s"), (59.5, "59.50 s"), (60, "0:01:00"), (3723, "1:02:03"),
      (-1, "0.00 s"), (.infinity, "277777777:46:40"), (.nan, "0.00 s"),
    ] as [(Double, String)])
  func `a duration is short`(seconds: Double, text: String) {
    #expect(Quantity.seconds(seconds) == text)
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
      (1_700_000_000_999_999_999, "2023-11-14T22:13:20Z"),
      (4_300_000_000_000_000_000, "2106-04-06T12:26:40Z"),
    ] as [(Int64, String)])
  func `a moment is in UTC`(nanoseconds: Int64, text: String) {
    #expect(Timestamp.text(nanoseconds: nanoseconds) == text)
  }
}
