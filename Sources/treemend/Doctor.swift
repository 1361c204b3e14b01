internal import ArgumentParser
internal import Session

/// `treemend doctor HOST`: finds out whether a host can be the far end of a run.
struct Doctor: Command {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Tells whether a host can be reached, and which version answers there.",
    usage: "treemend doctor [OPTIONS] HOST",
    helpNames: .long)

  @Argument(help: "A host as ssh takes it, with USER@ if need be.") var host: RawArgument
  @OptionGroup(title: "Connection") var connection: ConnectionOptions

  func execute() throws(Failure) -> ExitStatus {
    var options = RunOptions()
    try connection.apply(to: &options)
    let host = try RemoteHost.validate(host.bytes[...])
    var reporter = Reporter(kind: .look, style: OutputStyle())
    return try reporter.look { report throws(SessionError) in
      let diagnosis = try Session.diagnose(host: host, options: options)
      var table = Table()
      table.add("Host", "\(Escape.text(host)) answers in \(Quantity.seconds(diagnosis.seconds))")
      table.add("Version", "\(Escape.text(diagnosis.farVersion)) there, \(Session.version) here")
      table.add("Protocol", "\(diagnosis.protocolVersion)")
      table.add("Shell", "clean: nothing was printed before the greeting")
      report(.line(table.text))
    }
  }
}
