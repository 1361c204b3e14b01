internal import ArgumentParser
internal import Session

/// `treemend SRC DST`: makes the destination agree with the source.
struct Copy: Command {
  static let configuration = CommandConfiguration(
    commandName: "treemend",
    abstract: "Makes the directory DST agree with the directory SRC, as rsync -a does.",
    usage: """
      treemend [OPTIONS] SRC DST
      treemend COMMAND [OPTIONS] ...
      """,
    discussion: """
      One of the two may be on another machine: [USER@]HOST:PATH, over ssh. Only what \
      differs is looked for and sent. Nothing is removed without --delete.

      Examples:
        treemend photos backup:photos          copy what is new or changed to a host
        treemend -nv --delete photos /mnt/p    show what a mirror would change
        treemend sync photos laptop:photos     make both the same, whichever was changed
        treemend diff photos backup:photos     compare, and change nothing
      """,
    subcommands: [
      Sync.self, Conflicts.self, Diff.self, Root.self, List.self, Status.self, Serve.self,
      Doctor.self,
    ],
    helpNames: .long)

  @Argument(help: "The directory to take from.", completion: .directory) var src: RawArgument
  @Argument(help: "The directory to change.", completion: .directory) var dst: RawArgument
  @Flag(help: "Remove what only DST has; without it, nothing is ever removed.")
  var delete = false
  @OptionGroup(title: "Changes") var change: ChangeOptions
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Connection") var connection: ConnectionOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "State") var state: StateOptions
  @OptionGroup(title: "Accepted from rsync") var rsync: RsyncOptions
  @OptionGroup var general: GeneralOptions

  func execute() throws(Failure) -> ExitStatus {
    let (source, destination) = try Location.pair(src, dst)
    var options = RunOptions()
    options.deletes = delete
    try change.apply(to: &options)
    try selection.apply(to: &options)
    try connection.apply(to: &options)
    try state.apply(to: &options)
    let style = output.style(
      isPush: destination.isRemote, comparesContent: selection.checksum)
    var reporter = Reporter(kind: options.isDryRun ? .dryRun : .copy, style: style)
    return try reporter.follow(source, destination) { report throws(SessionError) in
      try Session.copy(from: source, to: destination, options: options, report: report)
    }
  }
}
