import Testing

@testable import Scan

@Suite struct FilterTests {
  @Test func `no rules leave out nothing`() throws {
    #expect(Filter().isEmpty)
    #expect(try !Filter().excludes("a/b"))
    #expect(try !Filter().excludesOrIsBelowExcluded("a/b/"))
  }

  @Test(arguments: ["*", "**", "***", "/", "[!a]", "*/"])
  func `the root is never left out`(pattern: String) throws {
    let filter = try Filter(excluding: pattern)
    #expect(try !filter.excludes("/"))
    #expect(try !filter.excludesOrIsBelowExcluded("/"))
  }

  @Test func `the first rule that matches decides`() throws {
    let keep = try Filter.Rule(includes: true, pattern: Array("*.c".utf8))
    let leaveOut = try Filter.Rule(includes: false, pattern: Array("a*".utf8))
    #expect(try !Filter(rules: [keep, leaveOut]).excludes("a.c"))
    #expect(try Filter(rules: [leaveOut, keep]).excludes("a.c"))
    #expect(try !Filter(rules: [keep]).excludes("a.o"))
  }

  @Test(arguments: [
    ("x", true), ("x/a", true), ("x/a/b", true), ("y/x/a", true), ("y/x", true), ("y", false),
    ("xy/a", false), ("y/a/xy", false),
  ])
  func `what is below a directory left out is left out`(path: String, isLeftOut: Bool) throws {
    let filter = try Filter(excluding: "x")
    #expect(try filter.excludesOrIsBelowExcluded(path) == isLeftOut)
  }

  @Test func `a directory on the way is asked for as a directory`() throws {
    let filter = try Filter(excluding: "x/")
    #expect(try !filter.excludesOrIsBelowExcluded("x"))
    #expect(try filter.excludesOrIsBelowExcluded("x/a"))
    #expect(try !filter.excludes("x/a"))
  }

  @Test func `no rule brings back what is below a directory left out`() throws {
    let inner = try Filter.Rule(includes: true, pattern: Array("x/a".utf8))
    let outer = try Filter.Rule(includes: false, pattern: Array("x/".utf8))
    #expect(try Filter(rules: [inner, outer]).excludesOrIsBelowExcluded("x/a"))
    #expect(try !Filter(rules: [inner, outer]).excludes("x/a"))
  }

  @Test func `names are bytes`() throws {
    #expect(try Filter(excluding: "\u{e9}").excludes("\u{e9}"))
    #expect(try !Filter(excluding: "\u{e9}").excludes("e\u{301}"))
    let invalid = try Filter.Rule(includes: false, pattern: [0xff, UInt8(ascii: "*")])
    let isMatched = invalid.matches([0xff, 0xfe].span, isDirectory: false)
    #expect(isMatched)
  }

  @Test func `a pattern is neither empty nor longer than a path may be`() throws {
    let longest = [UInt8](repeating: UInt8(ascii: "*"), count: 4095)
    #expect(throws: FilterError.emptyPattern) {
      try Filter.Rule(includes: true, pattern: [])
    }
    #expect(throws: FilterError.patternTooLong) {
      try Filter.Rule(includes: true, pattern: longest + [UInt8(ascii: "*")])
    }
    #expect(throws: Never.self) { try Filter.Rule(includes: true, pattern: longest) }
  }

  @Test func `a peer's rules are limited in number`() throws {
    let rule = try Filter.Rule(includes: false, pattern: [UInt8(ascii: "a")])
    let most = [Filter.Rule](repeating: rule, count: Filter.maximumRuleCount)
    #expect(try Filter(validating: most).rules.count == most.count)
    #expect(throws: FilterError.tooManyRules) { try Filter(validating: most + [rule]) }
    #expect(Filter(rules: most + [rule]).rules.count == most.count + 1)
  }

  @Test func `a peer's rules are limited in bytes`() throws {
    let long = try Filter.Rule(includes: false, pattern: .init(repeating: 0x61, count: 4000))
    let rest = Filter.maximumByteCount - 32 * 4000
    let exact = try Filter.Rule(includes: false, pattern: .init(repeating: 0x61, count: rest))
    let more = try Filter.Rule(includes: false, pattern: .init(repeating: 0x61, count: rest + 1))
    let most = [Filter.Rule](repeating: long, count: 32)
    #expect(throws: Never.self) { try Filter(validating: most + [exact]) }
    #expect(throws: FilterError.tooManyRules) { try Filter(validating: most + [more]) }
  }
}
