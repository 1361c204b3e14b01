internal import ArgumentParser

/// The commands that have a name; a directory called so is reached as `./name`.
enum CommandName: String, CaseIterable {
  case sync, conflicts, diff, root, ls, status, serve, doctor, help

  /// Names that are kept for commands to come, so that no script can mean a directory by them.
  static let reserved: Set = ["tree", "prove", "verify", "scrub"]

  /// The command that `argument` names, nil if it names none; throws for a name that is reserved.
  init?(naming argument: [UInt8]) throws(Failure) {
    let name = String(decoding: argument, as: UTF8.self)
    if Self.reserved.contains(name) {
      throw Failure(
        status: .unsupported, what: "the command '\(name)' is not supported by this version",
        hint: "a directory of this name is reached as './\(name)'")
    }
    self.init(rawValue: name)
  }

  /// The type that reads the command's options; nil for `help`, which has none.
  var type: (any Command.Type)? {
    switch self {
    case .sync: Sync.self
    case .conflicts: Conflicts.self
    case .diff: Diff.self
    case .root: Root.self
    case .ls: List.self
    case .status: Status.self
    case .serve: Serve.self
    case .doctor: Doctor.self
    case .help: nil
    }
  }
}
