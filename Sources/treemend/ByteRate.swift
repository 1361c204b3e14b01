/// A rate as `--bwlimit` takes it, and rsync: a number, perhaps with a fraction, and a unit.
enum ByteRate {
  /// The rates that the protocol knows, in bytes a second.
  private static let known = 512...Double(1 << 50)

  /// The units by their letters: without one, 1024 bytes.
  private static let powers: [Character: Int] = ["k": 1, "m": 2, "g": 3, "t": 4, "p": 5]

  /// Reads a rate in bytes a second; nil for none, which is written 0.
  static func read(_ argument: RawArgument) throws(Failure) -> Int? {
    let text = (argument.string ?? "").lowercased()
    let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    // What a point stands beside may be left out, as in `.5`.
    guard let count = Double("0\(number)" + (number.last == "." ? "0" : "")),
      number.contains(where: \.isNumber), let unit = unit(text[number.endIndex...])
    else {
      throw .usage(
        "--bwlimit=\(argument.description) is no rate",
        hint: "a rate is a number of KiB a second, or one with a unit: 800, 1.5M, 20MB, 0 for none")
    }
    let rate = (count * unit).rounded()
    guard rate > 0 else { return nil }
    guard known ~= rate else {
      throw .usage(
        "--bwlimit=\(argument.description) is too \(rate < 512 ? "slow" : "fast")",
        hint: "a rate is from 512B, half a KiB a second, to 1P; 0 sets no limit")
    }
    return Int(rate)
  }

  /// The bytes of a unit: `K` or `KiB` for 1024, `KB` for 1000, and so on; `B` for one.
  private static func unit(_ text: Substring) -> Double? {
    if text.isEmpty { return 1024 }
    if text == "b" { return 1 }
    guard let power = text.first.flatMap({ powers[$0] }) else { return nil }
    let base: Double? =
      switch text.dropFirst() {
      case "", "ib": 1024
      case "b": 1000
      default: nil
      }
    return base.map { base in (0..<power).reduce(1) { product, _ in product * base } }
  }
}
