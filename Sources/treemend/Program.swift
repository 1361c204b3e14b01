internal import ArgumentParser
internal import Session

/// The program, from its arguments to its exit status.
enum Program {
  /// Does what `arguments` ask for, and says on standard error why not if it cannot.
  static func run(_ arguments: [[UInt8]]) -> ExitStatus {
    do throws(Failure) {
      if let first = arguments.first, isAboutParser(first) { return try showParser(arguments) }
      let invocation = try Invocation(arguments)
      if invocation.asksForVersion { return try show("treemend \(Session.version)\n") }
      if invocation.asksForHelp || invocation.command == .help {
        return try show(try Help.text(for: invocation))
      }
      let type = invocation.command?.type ?? Copy.self
      do throws(Failure) {
        return try type.read(invocation).execute()
      } catch {
        throw error.explained(by: invocation.command)
      }
    } catch {
      StandardError.write(error.text)
      return error.status
    }
  }

  /// Whether the argument asks the argument parser about itself, as shells do for completion.
  private static func isAboutParser(_ argument: [UInt8]) -> Bool {
    ["--generate-completion-script", "--experimental-dump-help", "---completion"].contains {
      argument.starts(with: $0.utf8)
    }
  }

  private static func showParser(_ arguments: [[UInt8]]) throws(Failure) -> ExitStatus {
    do {
      _ = try Copy.parseAsRoot(arguments.map { String(decoding: $0, as: UTF8.self) })
      return .done
    } catch {
      guard Copy.exitCode(for: error).isSuccess else { throw .usage(Copy.message(for: error)) }
      return try show(Copy.message(for: error) + "\n")
    }
  }

  private static func show(_ text: String) throws(Failure) -> ExitStatus {
    var output = Output()
    output.write(text)
    try output.close()
    return .done
  }
}
