internal import ArgumentParser
internal import Session

/// How the far end is reached.
struct ConnectionOptions: ParsableArguments {
  @Option(
    name: [.customShort("e"), .long],
    help: ArgumentHelp("Reach the far end with COMMAND (default: ssh).", valueName: "command"))
  var rsh: RawArgument?

  @Option(
    name: [.long, .customLong("rsync-path")],
    help: ArgumentHelp("Start PROGRAM at the far end (default: treemend).", valueName: "program"))
  var remotePath: RawArgument?

  @Flag(
    name: [.customShort("z"), .long], inversion: .prefixedNo, exclusivity: .chooseLast,
    help: "Compress content on its way always, or never (default: where it pays).")
  var compress: Bool?

  @Option(
    help: ArgumentHelp(
      "Send no more than RATE KiB a second, each end (or with K, M, G; 0: no limit).",
      valueName: "rate"))
  var bwlimit: RawArgument?

  @Option(
    help: ArgumentHelp(
      "Give up the far end if it says nothing for so long (default: 300; 0: never).",
      valueName: "seconds"))
  var timeout: Int?

  /// Adds what was asked for to `options`.
  func apply(to options: inout RunOptions) throws(Failure) {
    options.compresses = compress
    options.byteRate = try bwlimit.flatMap(ByteRate.read)
    options.silenceLimitSeconds = try SilenceLimit.read(timeout)
    if let rsh { options.remoteShell = try ShellWords.split(rsh) }
    if let remotePath {
      guard let command = remotePath.string, !command.isEmpty,
        !command.unicodeScalars.contains(where: Escape.isUnsafe)
      else { throw .usage("--remote-path '\(remotePath.description)' is no command") }
      options.remoteCommand = command
    }
  }
}
