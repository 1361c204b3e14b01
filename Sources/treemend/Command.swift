internal import ArgumentParser

/// A command of the program.
protocol Command: ParsableCommand {
  /// Does what the command is for and says how it ended, or throws why it could not.
  func execute() throws(Failure) -> ExitStatus
}

extension Command {
  /// Reads the options and operands of an invocation, or throws what is wrong with them.
  static func read(_ invocation: Invocation) throws(Failure) -> Self {
    do {
      return try parse(invocation.arguments)
    } catch {
      let message = message(for: error)
      let name = configuration.commandName ?? ""
      throw .usage(
        message.prefix(1).lowercased() + message.dropFirst(),
        hint: self == Copy.self ? "treemend --help" : "treemend \(name) --help")
    }
  }
}
