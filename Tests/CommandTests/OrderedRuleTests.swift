import Glibc
import Scan
import Session
import Testing

@testable import treemend

@Suite struct OrderedRuleTests {
  private func rules(_ arguments: [String]) throws -> [Filter.Rule] {
    let invocation = try Invocation((arguments + ["a", "b"]).map { [UInt8]($0) })
    var options = RunOptions()
    try Copy.read(invocation).selection.apply(to: &options)
    return options.filter.rules
  }

  private func texts(_ rules: [Filter.Rule]) -> [String] {
    rules.map { ($0.includes ? "+" : "-") + String(decoding: $0.pattern, as: UTF8.self) }
  }

  @Test(
    arguments: [
      (["--include=a", "--exclude=b", "--include=c"], ["+a", "-b", "+c"]),
      (["--exclude=b", "--include", "a", "-v", "--exclude", "c"], ["-b", "+a", "-c"]),
      (["--exclude=x:y=z", "--include="], ["-x:y=z"]),
      (["--exclude=1:2"], ["-1:2"]),
    ])
  func `rules keep the order of the command line`(arguments: [String], expected: [String]) throws {
    #expect(texts(try rules(arguments)) == expected)
  }

  @Test func `more than ten rules keep their order`() throws {
    let names = (0..<25).map { "n\($0)" }
    #expect(texts(try rules(names.map { "--exclude=\($0)" })) == names.map { "-" + $0 })
  }

  @Test func `a file's rules stand where the file is named`() throws {
    var template = Array("/tmp/treemend-rules-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    let name = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer {
      close(descriptor)
      unlink(name)
    }
    let text = "# no rule\n*.o\n+ keep\n"
    try #require(write(descriptor, text, text.utf8.count) == text.utf8.count)
    let rules = try rules(["--include=first", "--exclude-from", name, "--exclude=last"])
    #expect(texts(rules) == ["+first", "-*.o", "+keep", "-last"])
  }

  @Test func `a file of rules that is not there is an error`() {
    let failure = #expect(throws: Failure.self) { try rules(["--exclude-from=/nowhere/x"]) }
    #expect(failure?.status == .inputOutput)
    #expect(failure?.causes == ["No such file or directory"])
  }
}
