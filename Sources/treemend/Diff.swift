internal import ArgumentParser
internal import Session

/// `treemend diff A B`: compares two replicas and changes neither.
struct Diff: Command {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compares two directories, and changes nothing.",
    usage: "treemend diff [OPTIONS] A B",
    discussion: """
      Prints '< PATH' for what only A has, '> PATH' for what only B has, '! PATH' where the content \
      differs, and '. PATH' where only the mode or time does. Exits with 0 if the content is equal, \
      with 43 if it differs.
      """,
    helpNames: .long)

  @Argument(help: "A directory, here or on another machine.", completion: .directory) var a:
    RawArgument
  @Argument(help: "The other one.", completion: .directory) var b: RawArgument
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Connection") var connection: ConnectionOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "State") var state: StateOptions
  @OptionGroup(title: "Accepted from rsync") var rsync: RsyncOptions

  func execute() throws(Failure) -> ExitStatus {
    let (first, second) = try Location.pair(a, b)
    var options = RunOptions()
    try selection.apply(to: &options)
    try connection.apply(to: &options)
    try state.apply(to: &options)
    let style = output.style(isPush: second.isRemote, comparesContent: selection.checksum)
    var reporter = Reporter(kind: .diff, style: style)
    return try reporter.follow(first, second) { report throws(SessionError) in
      try Session.diff(first, second, options: options, report: report)
    }
  }
}
