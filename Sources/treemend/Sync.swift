internal import ArgumentParser
internal import Reconcile
internal import Session

/// `treemend sync A B`: makes two replicas converge.
struct Sync: Command {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: "Makes the directories A and B the same, whichever of them was changed.",
    usage: "treemend sync [OPTIONS] A B",
    discussion: """
      What was created, edited, renamed or deleted in one of them since they last met is done in \
      the other. Where both were changed, nothing is lost: the newer version keeps the name, and \
      the other is kept beside it as NAME.sync-conflict-DATE-TIME-REPLICA, for 'treemend \
      conflicts' to list.
      """,
    helpNames: .long)

  @Argument(help: "The first directory.", completion: .directory) var a: RawArgument
  @Argument(help: "The second directory.", completion: .directory) var b: RawArgument
  @Flag(help: "Change only B; what is newer there stays a difference.") var push = false
  @Flag(help: "Change only A; what is newer there stays a difference.") var pull = false
  @Flag(help: .hidden) var delete = false
  @Option(
    help: ArgumentHelp(
      """
      What becomes of a file that was changed in both: keep-both (default); newest, \
      prefer-source (A's), prefer-destination (B's), and the other version goes; fail (nothing is \
      touched, exit 40).
      """, valueName: "policy"), completion: .list(ConflictPolicy.allCases.map(\.rawValue)))
  var conflict: RawArgument?
  @OptionGroup(title: "Changes") var change: ChangeOptions
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Connection") var connection: ConnectionOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "State") var state: StateOptions
  @OptionGroup(title: "Accepted from rsync") var rsync: RsyncOptions

  func execute() throws(Failure) -> ExitStatus {
    let (first, second) = try Location.pair(a, b)
    var options = RunOptions()
    if push, pull { throw .usage("--push and --pull exclude each other; without them both change") }
    options.direction = push ? .push : pull ? .pull : .both
    if delete {
      throw .usage("sync has no option --delete: what was deleted in one is deleted in the other")
    }
    if let conflict {
      guard let policy = conflict.string.flatMap(ConflictPolicy.init(rawValue:)) else {
        let names = ConflictPolicy.allCases.map(\.rawValue).joined(separator: ", ")
        throw .usage("--conflict is one of \(names)")
      }
      options.conflictPolicy = policy
    }
    try change.apply(to: &options)
    try selection.apply(to: &options)
    try connection.apply(to: &options)
    try state.apply(to: &options)
    var style = output.style(isPush: second.isRemote, comparesContent: selection.checksum)
    style.isTwoWay = true
    var reporter = Reporter(kind: options.isDryRun ? .dryRun : .copy, style: style)
    return try reporter.follow(first, second) { report throws(SessionError) in
      try Session.sync(first, second, options: options, report: report)
    }
  }
}
