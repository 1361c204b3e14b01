/// The text of `--help`.
enum Help {
  /// The help that an invocation asks for: of a command, or of the program.
  static func text(for invocation: Invocation) throws(Failure) -> String {
    var command = invocation.command
    if command == .help {
      command = nil
      if let name = invocation.operands.first {
        command = try CommandName(naming: name.bytes)
        guard command != nil else {
          throw .usage("there is no command '\(Escape.text(name.bytes))'")
        }
      }
    }
    if let type = command?.type { return Copy.helpMessage(for: type) + "\n" }
    return Copy.helpMessage() + "\n\nEXIT STATUS:\n" + statuses + "\nThe manual is treemend(1).\n"
  }

  private static var statuses: String {
    ExitStatus.allCases.map { "  \("\($0.rawValue)".padded(to: -2))  \($0.meaning)\n" }.joined()
  }
}
