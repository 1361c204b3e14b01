/// A command line taken apart: which command, with which options, on what.
///
/// It is read the way rsync reads one: options may stand anywhere before `--`, letters may be
/// joined, and a value may follow its letter or its long name with or without a space. The argument
/// parser then gets each option in the one form `--name` or `--name=value`.
struct Invocation: Equatable {
  /// The command; nil for the copy, which has no name.
  private(set) var command: CommandName?
  /// The options in their order.
  private(set) var options: [String] = []
  /// What the command is to work on.
  private(set) var operands: [RawArgument] = []
  /// Whether `--help` is among the options, or `-h` is the only one and nothing else is said.
  private(set) var asksForHelp = false
  /// Whether `--version` is among the options.
  private(set) var asksForVersion = false

  /// Takes a command line apart, or throws at the first option that is unknown or not supported.
  init(_ arguments: [[UInt8]]) throws(Failure) {
    do throws(Failure) { try read(arguments) } catch { throw error.explained(by: command) }
  }

  private mutating func read(_ arguments: [[UInt8]]) throws(Failure) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == Array("--".utf8) {
        operands += rest.map(RawArgument.init(bytes:))
        break
      }
      if argument.starts(with: "--".utf8) {
        try readLong(argument.dropFirst(2), &rest)
      } else if argument.first == UInt8(ascii: "-"), argument.count > 1 {
        try readCluster(argument.dropFirst(), &rest)
      } else if command == nil, operands.isEmpty {
        command = try CommandName(naming: argument)
        if command == nil { operands.append(RawArgument(bytes: argument)) }
      } else {
        operands.append(RawArgument(bytes: argument))
      }
    }
    if options == ["--human-readable"], operands.isEmpty { asksForHelp = true }
  }

  /// What the argument parser is given.
  var arguments: [String] {
    options + ["--"] + operands.map(\.encoded)
  }

  private mutating func readLong(
    _ argument: ArraySlice<UInt8>, _ rest: inout ArraySlice<[UInt8]>
  ) throws(Failure) {
    let name = argument.prefix { $0 != UInt8(ascii: "=") }
    let value = name.endIndex == argument.endIndex ? nil : Array(argument[(name.endIndex + 1)...])
    guard let option = KnownOption.named(String(decoding: name, as: UTF8.self)), !name.isEmpty
    else { throw .usage("unknown option '--\(Escape.text(name))'") }
    if !option.isOffered { throw .unsupported(option.spelling) }
    guard option.takesValue else {
      if value != nil { throw .usage("option '\(option.spelling)' takes no value") }
      return take(option)
    }
    try take(option, value ?? rest.popFirst())
  }

  private mutating func readCluster(
    _ letters: ArraySlice<UInt8>, _ rest: inout ArraySlice<[UInt8]>
  ) throws(Failure) {
    var letters = letters
    while let letter = letters.popFirst() {
      guard let option = KnownOption.byLetter[letter] else {
        throw .usage("unknown option '-\(Escape.text([letter]))'")
      }
      if !option.isOffered { throw .unsupported("-\(Escape.text([letter]))") }
      guard option.takesValue else {
        take(option)
        continue
      }
      if letters.first == UInt8(ascii: "=") { letters.removeFirst() }
      try take(option, letters.isEmpty ? rest.popFirst() : Array(letters))
      return
    }
  }

  private mutating func take(_ option: KnownOption) {
    switch option.name {
    case "help": asksForHelp = true
    case "version": asksForVersion = true
    default: options.append(option.spelling)
    }
  }

  private mutating func take(_ option: KnownOption, _ value: [UInt8]?) throws(Failure) {
    guard let value else { throw .usage("option '\(option.spelling)' needs a value") }
    // The parser keeps no order between options, and rules need it: their place goes with them.
    let place = OrderedRule.optionNames.contains(option.name) ? "\(options.count):" : ""
    options.append("\(option.spelling)=\(place)\(RawArgument(bytes: value).encoded)")
  }
}

extension Failure {
  /// An option or command that is known and not supported.
  static func unsupported(_ name: String) -> Failure {
    Failure(
      status: .unsupported, what: "'\(name)' is not supported by this version",
      hint: "it was refused rather than ignored; treemend --help lists what there is")
  }
}
