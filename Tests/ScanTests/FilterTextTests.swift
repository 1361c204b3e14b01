import Testing

@testable import Scan

@Suite struct FilterTextTests {
  @Test(arguments: [
    ("a", ["- a"]), ("- a", ["- a"]), ("+ a", ["+ a"]), ("+a", ["- +a"]), ("-", ["- -"]),
    ("+  a", ["+  a"]), (" a", ["-  a"]), ("a ", ["- a "]), ("#a", ["- #a"]), ("!a", ["- !a"]),
    ("", []), ("- !", ["- !"]), ("+ - a", ["+ - a"]),
  ])
  func `an argument may overrule its option`(argument: String, rules: [String]) throws {
    var filter = Filter()
    try filter.append(argument: Array(argument.utf8), includes: false)
    #expect(described(filter) == rules)
  }

  @Test func `an include keeps what it matches`() throws {
    var filter = Filter()
    try filter.append(argument: Array("a".utf8), includes: true)
    try filter.append(file: Array("b\n- c".utf8), includes: true)
    #expect(described(filter) == ["+ a", "+ b", "- c"])
  }

  @Test(arguments: ["+ ", "- "])
  func `a prefix without a pattern is refused`(argument: String) {
    var filter = Filter()
    #expect(throws: FilterError.emptyPattern) {
      try filter.append(argument: Array(argument.utf8), includes: false)
    }
  }

  @Test(arguments: [
    ("", []), ("a", ["- a"]), ("a\n", ["- a"]), ("a\n\n\nb", ["- a", "- b"]),
    ("a\r\nb\rc", ["- a", "- b", "- c"]), ("#a\n;b\nc#;", ["- c#;"]), (" #a", ["-  #a"]),
    ("+ a\n- b\nc", ["+ a", "- b", "- c"]), ("a\n!\nb", ["- b"]), ("a\n!b", ["- a", "- !b"]),
    ("- #a", ["- #a"]), ("a\t\n", ["- a\t"]),
  ])
  func `a file holds a rule a line`(text: String, rules: [String]) throws {
    var filter = Filter()
    try filter.append(file: Array(text.utf8), includes: false)
    #expect(described(filter) == rules)
  }

  @Test func `an exclamation mark in a file forgets the rules before the file`() throws {
    var filter = Filter()
    try filter.append(argument: Array("a".utf8), includes: false)
    try filter.append(file: Array("!\nb".utf8), includes: false)
    #expect(described(filter) == ["- b"])
  }

  private func described(_ filter: Filter) -> [String] {
    filter.rules.map { ($0.includes ? "+ " : "- ") + String(decoding: $0.pattern, as: UTF8.self) }
  }
}
