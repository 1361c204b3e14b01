/// A JSON object, made member by member; hand-written so that the program starts without Foundation.
struct JSONLine {
  private var members: [String] = []

  /// Creates an object without members.
  init() {}

  /// Creates an object of the output's first version.
  init(type: String) {
    members = ["\"v\":1"]
    add("type", type)
  }

  /// The object.
  var object: String { "{" + members.joined(separator: ",") + "}" }

  /// The object and the end of the line.
  var text: String { object + "\n" }

  /// Adds text.
  mutating func add(_ name: String, _ text: String) {
    members.append("\"\(name)\":\(Self.quoted(text))")
  }

  /// Adds text, or that there is none.
  mutating func add(_ name: String, _ text: String?) {
    guard let text else { return members.append("\"\(name)\":null") }
    add(name, text)
  }

  /// Adds a number.
  mutating func add(_ name: String, _ number: Int64) {
    members.append("\"\(name)\":\(number)")
  }

  /// Adds a number of seconds, to the millisecond.
  mutating func add(_ name: String, seconds: Double) {
    members.append("\"\(name)\":\(Quantity.fixed(seconds, digits: 3))")
  }

  /// Adds a truth.
  mutating func add(_ name: String, _ flag: Bool) {
    members.append("\"\(name)\":\(flag)")
  }

  /// Adds objects.
  mutating func add(_ name: String, _ objects: [JSONLine]) {
    members.append("\"\(name)\":[" + objects.map(\.object).joined(separator: ",") + "]")
  }

  /// Adds a name: as text if it is UTF-8, else in base 64 with `_b64` behind the member's name.
  mutating func add(_ name: String, bytes: [UInt8]) {
    if let text = String(validating: bytes, as: UTF8.self) {
      add(name, text)
    } else {
      add(name + "_b64", Self.base64(bytes))
    }
  }

  /// Text between quotes; what a terminal must not get is escaped, too.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case _ where Escape.isUnsafe(scalar):
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// RFC 4648, section 4.
  private static func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for index in 0..<4 {
        text.append(index <= group.count ? letters[bits >> (18 - 6 * index) & 63] : "=")
      }
    }
    return text
  }
}
