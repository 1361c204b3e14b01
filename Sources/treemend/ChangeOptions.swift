internal import ArgumentParser
internal import Session

/// What a run may change.
struct ChangeOptions: ParsableArguments {
  @Flag(name: [.customShort("n"), .long], help: "Show what would be done, and change nothing.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "Stop if more than N deletions are needed (default: half of a tree of 20 entries or more).",
      valueName: "n"))
  var maxDelete: Int?

  @Flag(help: "Go on where a guard would stop (exit 42).")
  var force = false

  @Flag(help: "Do not wait for the disk: faster, and unsafe if the power goes.")
  var noFsync = false

  /// Adds what was asked for to `options`.
  func apply(to options: inout RunOptions) throws(Failure) {
    if let maxDelete, maxDelete < 0 { throw .usage("--max-delete needs a number from 0") }
    options.isDryRun = dryRun
    options.maximumDeletionCount = maxDelete
    options.forces = force
    options.skipsSync = noFsync
  }
}
