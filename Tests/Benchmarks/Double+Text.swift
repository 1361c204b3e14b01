import Foundation

extension Double {
  /// The number with so many digits behind the point.
  func text(digits: Int) -> String {
    String(format: "%.\(digits)f", self)
  }
}

extension BinaryInteger {
  /// The number with a comma before every three digits.
  var grouped: String {
    let digits = Array("\(magnitude)")
    var text = self < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }
}
