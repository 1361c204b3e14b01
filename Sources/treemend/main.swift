import ArgumentParser
struct T: ParsableCommand { static let configuration = CommandConfiguration(commandName:"treemend", version: "x") }
T.main()
