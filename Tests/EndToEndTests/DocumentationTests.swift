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

  @Test(
    arguments: [
      ("treemend.cron", #"(?m)^[\d *]+root +(.+)$"#), ("treemend.service", "(?m)^ExecStart=(.+)$"),
    ])
  func `the command of a timer runs as it stands`(file: String, pattern: String) throws {
    let replicas = try Replicas(RandomTree(fileCount: 5, directoryCount: 1, seed: 91))
    let shell = try StandInShell(in: replicas.directory)
    try replicas.change("mkdir bin; ln -s \(shell.path.quoted) bin/ssh")
    let text = try String(contentsOfFile: "\(Checkout.root)/examples/\(file)", encoding: .utf8)
    let command = try #require(text.firstMatch(of: Regex(pattern, as: (Substring, Substring).self)))
      .1.replacing("HOST:/srv/data", with: "HOST:\(replicas.destination)")
      .replacing("/srv/data", with: replicas.source)
      .replacing("/usr/local/bin/", with: "")
    let path = "\(replicas.directory.appending("bin")):\(Binary.directory):/usr/bin:/bin"
    for _ in 0..<2 {
      let run = try ProgramRun("sh", ["-c", String(command)], environment: ["PATH": path])
      #expect(run.ending == .exited(0), "\(run)")
      #expect(run.output + run.errorOutput == [], "\(run)")
      try expectEqual(replicas)
    }
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
