/// Lines of a name, a colon and a value, the values below one another.
struct Table {
  private var rows: [(name: String, value: String)] = []

  /// Adds a line.
  mutating func add(_ name: String, _ value: String) {
    rows.append((name, value))
  }

  /// The lines.
  var text: String {
    let width = rows.map(\.name.count).max() ?? 0
    return rows.map { "\("\($0.name):".padded(to: width + 1)) \($0.value)\n" }.joined()
  }
}

extension String {
  /// The text with blanks behind it, or before it for a negative width, up to that many characters.
  func padded(to width: Int) -> String {
    let blanks = String(repeating: " ", count: max(0, abs(width) - count))
    return width < 0 ? blanks + self : self + blanks
  }
}
