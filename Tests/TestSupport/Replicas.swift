/// A source and a destination for one test, and the runs between them.
package final class Replicas {
  /// How a run gets from the source to the destination.
  package enum Route: Sendable {
    /// Both are local paths.
    case local
    /// The destination is remote, behind a stand-in for `ssh`.
    case push(StandInShell.Variant = .plain)
    /// The source is remote, behind a stand-in for `ssh`.
    case pull(StandInShell.Variant = .plain)
    /// The destination is remote, behind a real server.
    case pushBySSH
    /// The source is remote, behind a real server.
    case pullBySSH

    /// The routes that work on this machine.
    package static var available: [Route] {
      [.local, .push(), .pull()] + (SSHServer.isAvailable ? [.pushBySSH, .pullBySSH] : [])
    }
  }

  /// Where both are, with room for more.
  package let directory: TemporaryDirectory
  /// The replica that is copied from.
  package let source: String
  /// The replica that is copied to.
  package let destination: String

  /// Creates both, the source with `tree` in it, the destination empty.
  package init(_ tree: RandomTree? = nil, below parent: String = "/tmp") throws {
    directory = try TemporaryDirectory(below: parent)
    source = directory.appending("source")
    destination = directory.appending("destination")
    for replica in [source, destination] { try makeDirectory(Array(replica.utf8)) }
    try tree?.build(source)
  }

  /// Runs `treemend OPTIONS SRC DST` to its end, as an argument of `prefix` if there is one.
  package func copy(
    _ route: Route = .local, _ options: [String] = [], under prefix: [String] = [],
    timeLimitSeconds: Double = 120, measuresMemory: Bool = false
  ) throws -> ProgramRun {
    let words = try prefix + [Binary.treemend] + options + self.words(for: route)
    return try ProgramRun(
      words[0], Array(words.dropFirst()), timeLimitSeconds: timeLimitSeconds,
      measuresMemory: measuresMemory)
  }

  /// Runs `treemend --json OPTIONS SRC DST` and returns its last event.
  package func summary(_ route: Route = .local, _ options: [String] = []) throws -> RunSummary {
    try RunSummary(lastLineOf: copy(route, ["--json"] + options))
  }

  /// The part of the command line that names source and destination.
  package func words(for route: Route) throws -> [String] {
    switch route {
    case .local: [source, destination]
    case .push(let variant):
      ["-e", try StandInShell(variant, in: directory).path, source, "host:\(destination)"]
    case .pull(let variant):
      ["-e", try StandInShell(variant, in: directory).path, "host:\(source)", destination]
    case .pushBySSH: try SSHServer.shared().words { [source, "\($0):\(destination)"] }
    case .pullBySSH: try SSHServer.shared().words { ["\($0):\(source)", destination] }
    }
  }

  /// Runs a shell command in the directory of both.
  package func change(_ command: String) throws {
    try requireSuccess("sh", "-ec", command, in: directory)
  }

  /// What unfinished runs left in the stage of the destination.
  package func stagedNames() -> [[UInt8]] {
    (try? names(inDirectory: Array("\(destination)/.treemend/stage".utf8))) ?? []
  }

  /// The content root of a replica: what `treemend root` prints, without the line's end.
  package func root(of replica: String) throws -> String {
    let run = try ProgramRun(Binary.treemend, "root", replica)
    guard run.ending == .exited(0) else { throw FailedSetUp(program: "treemend root", run: run) }
    return String(run.text.prefix { $0 != "\n" })
  }
}
