internal import ArgumentParser
internal import Replica
internal import Session

/// `treemend ls DIR`: lists what a directory holds.
struct List: Command {
  static let configuration = CommandConfiguration(
    commandName: "ls",
    abstract: "Lists what a directory holds, with the SHA-256 digests.",
    usage: "treemend ls [OPTIONS] DIR",
    helpNames: .long)

  @Argument(help: "A directory on this machine.", completion: .directory) var dir: RawArgument
  @Flag(help: "Print one JSON object a line, for programs.") var json = false
  @Flag(
    name: [.customShort("h"), .long],
    help: "Print sizes like 1.23M. (-h alone prints this help.)")
  var humanReadable: Int
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "State") var state: StateOptions

  func execute() throws(Failure) -> ExitStatus {
    let path = try Location.localPath(dir)
    var options = RunOptions()
    try selection.apply(to: &options)
    try state.apply(to: &options)
    var reporter = Reporter(kind: .look, style: OutputStyle(isJSON: json))
    return try reporter.look { report throws(SessionError) in
      try Session.list(path, options: options, report: { report(.event($0)) }) { entry in
        let line = EntryLine(path: entry.path, attributes: entry.attributes)
        report(.line(json ? line.json : line.text(isHumanReadable: humanReadable > 0)))
      }
    }
  }
}
