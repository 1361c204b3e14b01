/// The numbers in lines like `Total bytes sent: 1,234 bytes`, as treemend and rsync print them for
/// `--stats`.
struct Figures {
  private var numbers: [String: Int] = [:]

  init(_ text: String) {
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      let digits = value.prefix { $0.isNumber || $0 == "," }.filter { $0 != "," }
      numbers[String(line[..<colon])] = Int(digits)
    }
  }

  /// The number on the line that begins with `name` and a colon; nil if there is none.
  subscript(name: String) -> Int? { numbers[name] }
}
