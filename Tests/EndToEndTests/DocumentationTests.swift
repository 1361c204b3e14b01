import Foundation
import TestSupport
import Testing

@Suite struct DocumentationTests {
  @Test func `the quick start does what it says`() throws {
    let run = try ProgramRun(
      "\(Checkout.root)/examples/quickstart.sh", [], environment: ["TREEMEND": Binary.treemend])
    #expect(run.ending == .exited(0), "\(run)")
    let roots = run.text.matches(of: /[0-9a-f]{64}/).map(\.output)
    #expect(roots.count >= 2)
    #expect(Set(roots).count == 1)
  }

  @Test func `the manual has the options of --help, and no others`() throws {
    let documented = try optionsOfManual()
    let offered = try optionsOfHelp()
    try #require(!offered.isEmpty)
    #expect(offered.subtracting(documented).sorted() == [], "missing in the manual")
    #expect(documented.subtracting(offered).sorted() == [], "only in the manual")
  }

  private func optionsOfHelp() throws -> Set<String> {
    let commands = [
      [], ["copy"], ["sync"], ["diff"], ["root"], ["ls"], ["tree"], ["prove"], ["verify"],
      ["scrub"], ["conflicts"], ["status"], ["serve"], ["doctor"],
    ]
    let lines = try commands.flatMap { command in
      let help = try ProgramRun(Binary.treemend, command + ["--help"])
      return help.exitStatus == 0 ? help.text.split(separator: "\n") : []
    }
    // The names end where the explanation begins, two spaces on.
    return options(
      in: lines.compactMap { $0.firstMatch(of: /^  (-.*?)(?:  |$)/).map { String($0.1) } })
  }

  private func optionsOfManual() throws -> Set<String> {
    let manual = try String(contentsOfFile: "\(Checkout.root)/man/treemend.1", encoding: .utf8)
    let lines = manual.replacing(#"\-"#, with: "-").replacing(/\\f[A-Z]/, with: "")
      .split(separator: "\n", omittingEmptySubsequences: false)
    let tags = zip(lines, lines.dropFirst()).filter { [".TP", ".TQ"].contains($0.0.prefix(3)) }
    return options(in: tags.map { String($0.1) }.filter { $0.contains(/^(\.[A-Z]+ )?"?-/) })
  }

  private func options(in texts: [String]) -> Set<String> {
    Set(
      texts.flatMap {
        $0.matches(of: /(?:^|[\s,"\/])(--?[A-Za-z0-9][a-z0-9-]*)/).map { String($0.1) }
      })
  }
}
