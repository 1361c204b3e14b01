import ArgumentParser

/// `bench`: what treemend costs, beside what others cost for the same.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures treemend and, where they are installed, rsync, Unison, cp and tar.",
    subcommands: [
      RunWorkloads.self, Measure.self, Relay.self, WalkTrees.self, HashTrees.self, CompareKeys.self,
    ],
    defaultSubcommand: RunWorkloads.self)
}
