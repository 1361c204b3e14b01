internal import ArgumentParser
internal import Reconcile
internal import Replica
internal import Session

/// `treemend conflicts DIR`: lists conflict copies and settles them.
struct Conflicts: Command {
  static let configuration = CommandConfiguration(
    commandName: "conflicts",
    abstract: "Lists the versions that lost a conflict and are kept, and settles them.",
    usage: """
      treemend conflicts [OPTIONS] DIR
      treemend conflicts --keep=original|copy DIR COPY...
      """,
    discussion: """
      --keep=original removes the copies, but with --all not those whose original is gone; \
      --keep=copy puts each in the place of the file that it is a version of, which goes. The next \
      'treemend sync' takes that to the other replicas. Exit 40 says that there are copies left.
      """,
    helpNames: .long)

  @Argument(help: "A directory on this machine.", completion: .directory) var dir: RawArgument
  @Argument(
    help: ArgumentHelp(
      "Conflict copies, by their paths in DIR. (The list prints odd names escaped.)",
      valueName: "copy"), completion: .file())
  var copies: [RawArgument] = []
  @Option(
    help: ArgumentHelp(
      "Settle: keep the original or the copy, and remove the other.", valueName: "which"),
    completion: .list(KeptVersion.allCases.map(\.rawValue)))
  var keep: RawArgument?
  @Flag(help: "Settle all that there are.") var all = false
  @Flag(name: .shortAndLong, help: "Settle without a word.") var quiet: Int
  @Flag(help: "Print one JSON object a line, for programs.") var json = false
  @OptionGroup(title: "State") var state: StateOptions

  func execute() throws(Failure) -> ExitStatus {
    let path = try Location.localPath(dir)
    var options = RunOptions()
    try state.apply(to: &options)
    guard keep != nil || (copies.isEmpty && !all) else {
      throw .usage("which version is to be kept? --keep=original or --keep=copy")
    }
    guard let keep else { return try list(path, options) }
    guard let which = keep.string.flatMap(KeptVersion.init(rawValue:)) else {
      throw .usage("--keep is one of original, copy")
    }
    guard all != !copies.isEmpty else { throw .usage("which copies? name them, or --all") }
    var paths: [Path] = []
    for copy in copies {
      do { paths.append(try Path(slashed: copy.bytes)) } catch {
        throw .usage("'\(copy.description)' is no path below the directory")
      }
    }
    return try settle(path, all ? nil : paths, keeping: which, options)
  }

  private func list(_ path: [UInt8], _ options: RunOptions) throws(Failure) -> ExitStatus {
    var count = 0
    var reporter = Reporter(kind: .look, style: OutputStyle(isJSON: json))
    let status = try reporter.look { report throws(SessionError) in
      let found = try Session.conflicts(in: path, options: options) { report(.event($0)) }
      count = found.count
      for conflict in found { report(.line(line(conflict))) }
    }
    return status == .done && count > 0 ? .conflicts : status
  }

  private func settle(
    _ path: [UInt8], _ copies: [Path]?, keeping which: KeptVersion, _ options: RunOptions
  ) throws(Failure) -> ExitStatus {
    var isLeft = false
    var reporter = Reporter(kind: .look, style: OutputStyle(isJSON: json))
    let status = try reporter.look { report throws(SessionError) in
      let (settled, left) = try Session.settle(
        copies, in: path, keeping: which, options: options
      ) { report(.event($0)) }
      isLeft = !left.isEmpty
      guard quiet == 0 else { return }
      for conflict in settled { report(.line(line(conflict))) }
      for conflict in left { report(.line(line(conflict, stays: true))) }
    }
    return status == .done && isLeft ? .conflicts : status
  }

  private func line(_ conflict: KeptConflict, stays: Bool = false) -> String {
    guard json else {
      let name = Escape.text(conflict.copy.path.slashed)
      let original = Escape.text(conflict.originalPath.slashed)
      return conflict.original == nil
        ? "\(name)\t(\(original) is gone\(stays ? ": stays" : ""))\n"
        : "\(name)\t\(original)\(stays ? " (one of several: stays)" : "")\n"
    }
    var line = JSONLine(type: "conflict")
    line.add("path", bytes: conflict.originalPath.slashed)
    line.add("loser_path", bytes: conflict.copy.path.slashed)
    line.add("exists", conflict.original != nil)
    if stays { line.add("stays", true) }
    line.add("bytes", conflict.original?.attributes.size ?? 0)
    line.add("loser_bytes", conflict.copy.attributes.size)
    return line.text
  }
}
