/// Numbers as people read them.
struct Quantity {
  /// Whether large ones are cut to three digits and a letter, as `-h` asks.
  var isHumanReadable = false

  /// A number: `1,234,567`, or `1.23M`.
  func text(_ number: some BinaryInteger) -> String {
    isHumanReadable ? Self.short(Int64(clamping: number)) : Self.grouped(Int64(clamping: number))
  }

  /// How many there are of something: `1 problem`, `1,234 problems`.
  func text(_ number: some BinaryInteger, _ noun: String) -> String {
    "\(text(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// A number of bytes: `1,234,567 bytes`, or `1.23 MB`.
  func bytes(_ number: some BinaryInteger) -> String {
    isHumanReadable
      ? Self.shortBytes(Int64(clamping: number))
      : Self.grouped(Int64(clamping: number)) + (number == 1 ? " byte" : " bytes")
  }

  /// A duration: `0.25 s`, `1:02:03`.
  static func seconds(_ seconds: Double) -> String {
    guard seconds >= 60 else { return "\(fixed(max(0, seconds), digits: 2)) s" }
    let whole = Int64(seconds.rounded().clamped(to: 0...1e12))
    let rest = [whole / 60 % 60, whole % 60].map { ($0 < 10 ? "0" : "") + String($0) }
    return "\(whole / 3600):" + rest.joined(separator: ":")
  }

  /// Three digits, a blank and a unit of a thousand bytes, as rsync counts: `1.23 MB`.
  static func shortBytes(_ number: Int64) -> String {
    let text = short(number)
    guard let unit = text.last, unit.isLetter else { return "\(text) B" }
    return "\(text.dropLast()) \(unit == "K" ? "k" : unit)B"
  }

  private static func short(_ number: Int64) -> String {
    let units = ["", "K", "M", "G", "T", "P", "E"]
    var scaled = Double(number)
    var unit = 0
    // What would be rounded to 1000 belongs to the next unit.
    while scaled.magnitude >= 999.5, unit < units.count - 1 {
      scaled /= 1000
      unit += 1
    }
    if unit == 0 { return "\(number)" }
    let digits = scaled.magnitude >= 99.95 ? 0 : scaled.magnitude >= 9.995 ? 1 : 2
    return fixed(scaled, digits: digits) + units[unit]
  }

  private static func grouped(_ number: Int64) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  /// A number with as many digits behind the point, at most 3.
  static func fixed(_ number: Double, digits: Int) -> String {
    let scale = [1.0, 10, 100, 1000][digits]
    let scaled = Int64((number.magnitude * scale).rounded().clamped(to: 0...9e18))
    let sign = number < 0 && scaled > 0 ? "-" : ""
    if digits == 0 { return "\(sign)\(scaled)" }
    let rest = String(scaled % Int64(scale))
    let zeros = String(repeating: "0", count: digits - rest.count)
    return "\(sign)\(scaled / Int64(scale)).\(zeros)\(rest)"
  }
}

extension Double {
  /// The nearest number in `range`; its lower bound for what is no number.
  fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
    isNaN ? range.lowerBound : min(max(self, range.lowerBound), range.upperBound)
  }
}
