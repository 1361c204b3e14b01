internal import ArgumentParser
internal import Glibc
internal import Session

/// `treemend serve --stdio`: the far end of a run.
struct Serve: Command {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Is the far end of a run; treemend starts it over ssh.",
    usage: "treemend serve [OPTIONS] --stdio",
    helpNames: .long)

  @Flag(help: "Speak the protocol on standard input and output.") var stdio = false

  @Option(
    help: ArgumentHelp(
      "Give up an initiator that says nothing for so long (default: 300; 0: never).",
      valueName: "seconds"))
  var timeout: Int?

  func execute() throws(Failure) -> ExitStatus {
    guard stdio else { throw .usage("serve needs --stdio", hint: "treemend serve --help") }
    let code = Session.serve(
      input: STDIN_FILENO, output: STDOUT_FILENO,
      silenceLimitSeconds: try SilenceLimit.read(timeout)
    ) { error in
      let failure = Failure(error)
      return (failure.status.rawValue, Array(failure.lines.utf8))
    }
    return ExitStatus(rawValue: code) ?? .brokenStream
  }
}
