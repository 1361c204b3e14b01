internal import ArgumentParser
internal import Session

/// `treemend status DIR`: tells what is known about a replica, after a scan of it.
struct Status: Command {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows a replica's identity, roots, peers and last runs.",
    usage: "treemend status [OPTIONS] DIR",
    helpNames: .long)

  @Argument(help: "A directory on this machine.", completion: .directory) var dir: RawArgument
  @Flag(help: "Print a JSON object, for programs.") var json = false
  @Flag(
    name: [.customShort("h"), .long],
    help: "Print sizes like 1.23M. (-h alone prints this help.)")
  var humanReadable: Int
  @OptionGroup(title: "State") var state: StateOptions

  func execute() throws(Failure) -> ExitStatus {
    let path = try Location.localPath(dir)
    var options = RunOptions()
    try state.apply(to: &options)
    var reporter = Reporter(kind: .look, style: OutputStyle(isJSON: json))
    return try reporter.look { report throws(SessionError) in
      let lines = StatusLines(
        status: try Session.status(of: path, options: options) { report(.event($0)) },
        quantity: Quantity(isHumanReadable: humanReadable > 0))
      report(.line(json ? lines.json : lines.text))
    }
  }
}
