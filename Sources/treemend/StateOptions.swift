internal import ArgumentParser
internal import Session

/// Where replicas keep their state, and how long to wait for one that is in use.
struct StateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Keep the state of local replicas in DIR (default: .treemend in each).", valueName: "dir"),
    completion: .directory)
  var stateDir: RawArgument?

  @Option(
    help: ArgumentHelp(
      "Wait for a replica that is in use (default: 0, exit 41 at once).", valueName: "seconds"))
  var wait: Int?

  /// Adds what was asked for to `options`.
  func apply(to options: inout RunOptions) throws(Failure) {
    if let stateDir, stateDir.bytes.isEmpty { throw .usage("--state-dir is empty") }
    options.stateDirectory = stateDir?.bytes
    let seconds = wait ?? 0
    guard 0...31_536_000 ~= seconds else {
      throw .usage("--wait needs a number of seconds, from 0 to a year of them")
    }
    options.lockWaitSeconds = seconds
  }
}
