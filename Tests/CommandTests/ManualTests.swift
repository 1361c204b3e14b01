import Foundation
import Testing

@testable import treemend

@Suite struct ManualTests {
  private static let manual = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../man/treemend.1")

  /// All help texts, one after the other.
  private static let help =
    Copy.helpMessage(columns: 400)
    + CommandName.allCases.compactMap(\.type).map { $0.helpMessage(columns: 400) }.joined()

  /// The options of lines that begin with them.
  private func options(in lines: [Substring]) -> Set<String> {
    Set(
      lines.flatMap { line in
        line.matches(of: /(?:^|[\s,"\/])(--?[A-Za-z0-9][a-z0-9-]*)/).map { String($0.1) }
      })
  }

  private var manualTags: [Substring] {
    get throws {
      let lines = try String(contentsOf: Self.manual, encoding: .utf8)
        .replacing(#"\-"#, with: "-").split(separator: "\n", omittingEmptySubsequences: false)
      return zip(lines, lines.dropFirst()).filter { [".TP", ".TQ"].contains($0.0.prefix(3)) }
        .map(\.1)
    }
  }

  private var helpOptions: Set<String> {
    options(
      in: Self.help.split(separator: "\n").compactMap {
        $0.firstMatch(of: /^  (-.*?)(?:  |$)/)?.1
      })
  }

  @Test func `the manual has the options of --help, and no others`() throws {
    let documented = options(in: try manualTags.filter { $0.contains(/^(\.[A-Z]+ )?"?-/) })
    try #require(!helpOptions.isEmpty)
    #expect(helpOptions.subtracting(documented) == [])
    #expect(documented.subtracting(helpOptions) == [])
  }

  @Test func `the options of --help are those that are offered`() {
    let names = KnownOption.offered.filter { !$0.name.isEmpty }.map { "--\($0.name)" }
    let letters = KnownOption.offered.compactMap(\.letter).map { "-\(Character(.init($0)))" }
    #expect(Set(names + letters) == helpOptions)
  }

  @Test(arguments: treemend.ExitStatus.allCases)
  func `the manual has every exit status`(status: treemend.ExitStatus) throws {
    #expect(try manualTags.contains(".B \(status.rawValue)"))
  }

  @Test(arguments: CommandName.allCases)
  func `the manual has every command`(command: CommandName) throws {
    let tag = /\.B[IR]? "?treemend ([a-z]+)/
    #expect(try manualTags.contains { $0.prefixMatch(of: tag)?.1 == command.rawValue[...] })
  }

  @Test func `no option is both offered and refused`() {
    let offered = Set(KnownOption.offered.map(\.name))
    #expect(KnownOption.refused.filter { !$0.name.isEmpty && offered.contains($0.name) } == [])
    let letters = KnownOption.offered.compactMap(\.letter)
    #expect(KnownOption.refused.compactMap(\.letter).filter(letters.contains) == [])
  }
}
