internal import ArgumentParser
internal import Hashing
internal import Session

/// `treemend root DIR`: names what a directory holds with one digest.
struct Root: Command {
  static let configuration = CommandConfiguration(
    commandName: "root",
    abstract: "Prints the root of a directory: 64 digits that stand for all it holds.",
    usage: "treemend root [OPTIONS] DIR",
    discussion: """
      Two directories with the same files have the same root, wherever and whenever it is taken: \
      paths, kinds, content and the executable bit count; times do not.
      """,
    helpNames: .long)

  @Argument(help: "A directory on this machine.", completion: .directory) var dir: RawArgument
  @Flag(help: "Print the root of the state instead, which covers versions and deletions, too.")
  var state = false
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "State") var storage: StateOptions

  func execute() throws(Failure) -> ExitStatus {
    let path = try Location.localPath(dir)
    var options = RunOptions()
    try selection.apply(to: &options)
    try storage.apply(to: &options)
    var reporter = Reporter(kind: .look, style: OutputStyle())
    return try reporter.look { report throws(SessionError) in
      let digest = try Session.root(
        of: path, options: options, state: state, report: { report(.event($0)) })
      report(.line("\(digest)\n"))
    }
  }
}
