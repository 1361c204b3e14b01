import Testing

@testable import treemend

@Suite struct ShellWordsTests {
  @Test(
    arguments: [
      ("ssh", ["ssh"]), ("  ssh  -p 22\t-x ", ["ssh", "-p", "22", "-x"]),
      ("ssh -o 'A b'", ["ssh", "-o", "A b"]), ("a'b c'd \"e'f\"", ["ab cd", "e'f"]),
      ("ssh ''", ["ssh", ""]), ("$(id) `x` a\\ b", ["$(id)", "`x`", "a\\", "b"]),
    ])
  func `a command is split at blanks, and by no shell`(text: String, words: [String]) throws {
    #expect(try ShellWords.split(RawArgument(bytes: [UInt8](text))) == words)
  }

  @Test(arguments: ["", "  ", "ssh 'x", "\"", "'' x"])
  func `a command without a first word or the end of a quote is refused`(text: String) {
    #expect(throws: Failure.self) { try ShellWords.split(RawArgument(bytes: [UInt8](text))) }
  }
}
