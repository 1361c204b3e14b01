internal import ArgumentParser

/// What is about the program. `Invocation` deals with these options before they come here.
struct GeneralOptions: ParsableArguments {
  @Flag(name: [.customShort("V"), .long], help: "Print the version.")
  var version = false
}
