import ArgumentParser
import Glibc
import TestSupport

/// `bench walk DIR…`: asks for the status of every path in some trees, on all processors, by
/// nothing but the calls that this takes: the least that a tool which believes sizes and times must
/// spend.
struct WalkTrees: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "walk", abstract: "Asks for the status of every path in some directories.")

  @Argument var directories: [String]

  func run() throws {
    try visitTrees(directories) {
      { stream, name, _ in
        var status = stat()
        // SAFETY: the name ends with a zero byte, and the call writes the one structure.
        return fstatat(dirfd(stream), name, &status, AT_SYMLINK_NOFOLLOW) == 0
      }
    }
  }
}
