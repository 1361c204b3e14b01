internal import ArgumentParser

/// What a run prints.
struct OutputOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Print the name of everything that changes.")
  var verbose: Int

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet: Int

  @Flag(
    name: [.customShort("i"), .long],
    help: "Print what changes in rsync's eleven columns.")
  var itemizeChanges: Int

  @Flag(help: "Print figures at the end.")
  var stats = false

  @Flag(help: "Print one JSON object a line, for programs.")
  var json = false

  @Flag(
    name: [.long, .customShort("P")],
    help: "Show progress; on a terminal this is the default.")
  var progress = false

  @Flag(
    name: [.customShort("h"), .long],
    help: "Print numbers like 1.23M. (-h alone prints this help.)")
  var humanReadable: Int

  /// What these options ask for, in a run whose destination is at the far end or not.
  func style(isPush: Bool, comparesContent: Bool) -> OutputStyle {
    OutputStyle(
      isQuiet: quiet > 0, listsNames: verbose > 0, itemizes: itemizeChanges > 0,
      showsStatistics: stats, isJSON: json, showsProgress: progress,
      isHumanReadable: humanReadable > 0, isPush: isPush, comparesContent: comparesContent)
  }
}

/// How the events of a run are printed.
struct OutputStyle {
  var isQuiet = false
  var listsNames = false
  var itemizes = false
  var showsStatistics = false
  var isJSON = false
  var showsProgress = false
  var isHumanReadable = false
  /// Whether the destination is at the far end.
  var isPush = false
  /// Whether both replicas may change.
  var isTwoWay = false
  /// Whether `--checksum` was given, as rsync's third column wants to know.
  var comparesContent = false
}
