internal import ArgumentParser
internal import Session

/// What is looked at.
struct SelectionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Leave out what matches PATTERN.", valueName: "pattern"))
  var exclude: [OrderedRule] = []

  @Option(help: ArgumentHelp("Keep what matches PATTERN.", valueName: "pattern"))
  var include: [OrderedRule] = []

  @Option(
    help: ArgumentHelp("Read exclude patterns from FILE, one a line.", valueName: "file"),
    completion: .file())
  var excludeFrom: [OrderedRule] = []

  @Option(
    help: ArgumentHelp("Read include patterns from FILE, one a line.", valueName: "file"),
    completion: .file())
  var includeFrom: [OrderedRule] = []

  @Flag(name: .shortAndLong, help: "Read every file again, whatever its size and times say.")
  var checksum = false

  /// Adds what was asked for to `options`.
  func apply(to options: inout RunOptions) throws(Failure) {
    options.rehashes = checksum
    options.filter = try OrderedRule.filter(
      exclude: exclude, include: include, excludeFrom: excludeFrom, includeFrom: includeFrom)
  }
}
