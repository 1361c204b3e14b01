extension Filter {
  /// Adds what the argument of `--include` or `--exclude` says.
  ///
  /// As in rsync, `+ ` and `- ` at its beginning overrule the option, an argument that is `!`
  /// forgets all rules so far, and an empty one says nothing.
  package mutating func append(argument: [UInt8], includes: Bool) throws(FilterError) {
    switch argument.prefix(2) {
    case []: return
    case [UInt8(ascii: "!")]: removeAll()
    case Array("+ ".utf8)[...]:
      append(try Rule(includes: true, pattern: Array(argument.dropFirst(2))))
    case Array("- ".utf8)[...]:
      append(try Rule(includes: false, pattern: Array(argument.dropFirst(2))))
    default: append(try Rule(includes: includes, pattern: argument))
    }
  }

  /// Adds what the lines of an `--include-from` or `--exclude-from` file say, each as an argument
  /// would, but those that begin with `#` or `;`.
  ///
  /// Lines end with a line feed or a carriage return.
  package mutating func append(file: [UInt8], includes: Bool) throws(FilterError) {
    let lines = file.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    for line in lines where line.first != UInt8(ascii: "#") && line.first != UInt8(ascii: ";") {
      try append(argument: Array(line), includes: includes)
    }
  }
}
