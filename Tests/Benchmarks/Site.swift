import Foundation
import TestSupport

/// A source, the destinations of all tools, and what the tools remember of them, in a directory
/// that is removed at the end.
final class Site {
  /// What the source holds, which the destinations may or may not.
  let plan: TreePlan
  let source: String
  /// How many bytes the files of the source had when it was made.
  var byteCount = 0
  /// The path below the source of its one large file, if it has one.
  var imageName = "image-0.raw"
  /// What that file is made of, if it is an archive.
  var archive: SourceArchive?

  private let directory: TemporaryDirectory
  private let pool: ContentPool

  /// Makes an empty source in a directory of its own in `parent`.
  init(_ plan: TreePlan, pool: ContentPool, below parent: String) throws {
    self.plan = plan
    self.pool = pool
    directory = try TemporaryDirectory(below: parent)
    source = directory.appending("source")
    try makeDirectory(Array(source.utf8))
  }

  /// A place in the directory of all that is not in a replica.
  func beside(_ name: String) -> String { directory.appending(name) }

  /// Where treemend keeps the state of the source: beside it, so that the other tools find
  /// nothing in it that is not theirs to copy.
  var stateDirectory: String { directory.appending("state") }

  /// Where Unison keeps its archives, for the end that is started and the one that is not.
  var unisonDirectories: (here: String, there: String) {
    (directory.appending("unison-here"), directory.appending("unison-there"))
  }

  /// The directory that the tool copies to.
  func destination(of tool: Tool) -> String { directory.appending(tool.destinationName) }

  /// The name of the file system and how much the source holds.
  var description: String {
    let system = (try? ProgramRun("stat", "-f", "-c", "%T", directory.path))?.text ?? ""
    let bytes = (Double(byteCount) / 1e6).text(digits: 0)
    let files = plan.fileCount > 0 ? "\(plan.fileCount.grouped) files, " : ""
    return "\(files)\(bytes) MB, \(system.split(separator: "\n").first ?? "unknown file system")"
  }

  /// Removes what the tool remembers, as if its two trees had never met.
  func forget(_ tool: Tool) throws {
    let unison = unisonDirectories
    let state = "\(destination(of: tool))/.treemend"
    try Interruption.requireSuccess(
      "rm", "-rf", "--", stateDirectory, state, unison.here, unison.there)
  }

  /// Removes what the tool remembers, and all at its destination, which is then not even there.
  func clear(_ tool: Tool) throws {
    try forget(tool)
    try Interruption.requireSuccess("rm", "-rf", "--", destination(of: tool))
  }

  /// Makes the tool's destination like the source, times and all, by no doing of the tool.
  func copy(for tool: Tool) throws {
    try Interruption.requireSuccess("cp", "-a", "--", source, destination(of: tool))
  }

  /// Makes the tool's destination, with nothing in it.
  func makeDestination(of tool: Tool) throws {
    try makeDirectory(Array(destination(of: tool).utf8))
  }

  /// Adds a tree of so many files to the source.
  func addDirectory(_ name: String, fileCount: Int, seed: UInt64) throws {
    let path = "\(source)/\(name)"
    try makeDirectory(Array(path.utf8))
    let plan = TreePlan(fileCount: fileCount, seed: seed)
    _ = try TreeMaker(plan, in: path, from: pool).make()
  }

  /// Gives files of the source new contents, by their numbers.
  func edit(_ files: some Sequence<Int>, seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    for file in files {
      let place = plan.place(ofFile: file)
      let path = "\(source)/\(place.folder.path)/\(place.folder.name(ofFile: place.number))"
      let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
      guard descriptor >= 0 else { throw SystemFailure("open \(path)") }
      defer { close(descriptor) }
      try pool.write(random.fileByteCount(), tag: random.next(), to: descriptor)
    }
  }
}
