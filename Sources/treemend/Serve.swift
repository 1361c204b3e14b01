internal import ArgumentParser
internal import Glibc
internal import Session

/// `treemend serve --stdio`: the far end of a run.
struct Serve: Command {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Is the far end of a run; treemend starts it over ssh.",
    usage: "treemend serve --stdio",
    helpNames: .long)

  @Flag(help: "Speak the protocol on standard input and output.") var stdio = false

  func execute() throws(Failure) -> ExitStatus {
    guard stdio else { throw .usage("serve needs --stdio", hint: "treemend serve --help") }
    let code = Session.serve(input: STDIN_FILENO, output: STDOUT_FILENO) { error in
      let failure = Failure(error)
      return (failure.status.rawValue, Array(failure.lines.utf8))
    }
    return ExitStatus(rawValue: code) ?? .brokenStream
  }
}
