/// The text of `--help`.
enum Help {
  /// The help that an invocation asks for: of a command, or of the program.
  static func text(for invocation: Invocation) -> String {
    let name = invocation.operands.first.flatMap(\.string).flatMap(CommandName.init(rawValue:))
    let command = invocation.command == .help ? name : invocation.command
    if let type = command?.type { return Copy.helpMessage(for: type) + "\n" }
    return Copy.helpMessage() + "\n\nEXIT STATUS:\n" + statuses + "\nThe manual is treemend(1).\n"
  }

  private static var statuses: String {
    ExitStatus.allCases.map { "  \("\($0.rawValue)".padded(to: -2))  \($0.meaning)\n" }.joined()
  }
}
