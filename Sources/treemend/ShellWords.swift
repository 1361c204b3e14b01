/// The command of `--rsh`, split into its words without a shell.
enum ShellWords {
  /// Splits at blanks; between quotes, single or double, a blank is a part of the word.
  static func split(_ argument: RawArgument) throws(Failure) -> [String] {
    guard let text = argument.string else {
      throw .usage("the remote shell '\(argument.description)' is no valid text")
    }
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in text {
      switch (character, quote) {
      case ("'", nil), ("\"", nil):
        quote = character
        word = word ?? ""
      case (quote, .some): quote = nil
      case (" ", nil), ("\t", nil):
        if let word { words.append(word) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    if quote != nil {
      throw .usage("the remote shell '\(argument.description)' has a quote without its other half")
    }
    if let word { words.append(word) }
    if words.first?.isEmpty ?? true { throw .usage("the remote shell is empty") }
    return words
  }
}
