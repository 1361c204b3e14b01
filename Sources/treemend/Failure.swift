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

  /// The same, with the help of a command named instead of the program's.
  func explained(by command: CommandName?) -> Failure {
    guard let command else { return self }
    var failure = self
    failure.hint = hint?.replacing("treemend --help", with: "treemend \(command.rawValue) --help")
    return failure
  }

  private static let causeTag = "caused by: "
  private static let hintTag = "hint: "

  /// What is wrong, what led to it, and what can be done about it, a line each.
  var lines: String {
    ([what] + causes.map { Self.causeTag + $0 } + (hint.map { [Self.hintTag + $0] } ?? []))
      .joined(separator: "\n")
  }

  /// The lines for standard error.
  var text: String { "treemend: \(lines)\n" }
}

extension Failure {
  /// Reads the ``lines`` of the other end's failure, which may say anything.
  init(status: ExitStatus, lines: [UInt8], isRemote: Bool) {
    let lines = lines.split(separator: UInt8(ascii: "\n"), maxSplits: 8)
      .map { Escape.text($0.prefix(1024)) }
    func said(_ tag: String) -> [String] {
      lines.dropFirst().filter { $0.hasPrefix(tag) }.map { String($0.dropFirst(tag.count)) }
    }
    self.status = status
    what = (isRemote ? "the far end stopped: " : "") + (lines.first ?? "it gave no reason")
    causes = said(Self.causeTag)
    hint = said(Self.hintTag).first
  }
}
