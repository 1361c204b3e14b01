/// Why the program ends without having done what was asked: text for people, and a number for scripts.
struct Failure: Error, Equatable {
  /// The number to exit with.
  let status: ExitStatus
  /// What is wrong, in one line.
  let what: String
  /// What led to it, the nearest first.
  var causes: [String] = []
  /// What can be done about it.
  var hint: String?

  /// The command line makes no sense.
  static func usage(
    _ what: String, hint: String = "treemend --help explains the options"
  ) -> Failure {
    Failure(status: .usage, what: what, hint: hint)
  }

  /// The lines for standard error.
  var text: String {
    let causes = causes.map { "caused by: \($0)\n" }.joined()
    let hint = hint.map { "hint: \($0)\n" } ?? ""
    return "treemend: \(what)\n" + causes + hint
  }
}
