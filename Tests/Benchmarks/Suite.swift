import Foundation
import TestSupport

/// Runs workloads one after the other, those of the same ground on the same trees.
final class Suite {
  /// What was asked for.
  struct Options {
    var fileCount: Int
    var roundCount: Int
    var largeByteCount: Int
    var tools: [Tool]
    /// Where the trees are to be; nil for wherever it suits the workload.
    var directory: String?
  }

  var options: Options
  let equipment: Equipment
  private let pool = ContentPool()
  private var current: (ground: Comparison.Ground, fileCount: Int, site: Site)?

  init(_ options: Options, with equipment: Equipment) {
    self.options = options
    self.equipment = equipment
  }

  /// The trees of a ground, made unless the last workload left them.
  func site(_ ground: Comparison.Ground) throws -> Site {
    if let current, current.ground == ground, current.fileCount == options.fileCount {
      return current.site
    }
    current = nil
    note("making trees")
    let site = try makeSite(ground)
    current = (ground, options.fileCount, site)
    // What was written is not to be written back while others are measured.
    sync()
    return site
  }

  private func makeSite(_ ground: Comparison.Ground) throws -> Site {
    let parent = options.directory ?? Self.directory(for: ground)
    if ground == .largeCopies {
      return try Site(largeFiles: 4, byteCount: options.largeByteCount, below: parent)
    }
    let fileCount =
      switch ground {
      case .replicas: options.fileCount
      case .small: 1_000
      default: max(1, options.fileCount / 5)
      }
    let site = try Site(TreePlan(fileCount: fileCount, seed: 1), below: parent, from: pool)
    guard ground != .copies else { return site }
    for tool in [Tool.treemend, .rsync, .unison] where options.tools.contains(tool) {
      note("making trees: \(tool.title)")
      try site.copy(for: tool)
      if ground != .strangers {
        _ = try Sample(tool, tool.command(on: site, with: equipment), with: equipment)
      }
    }
    return site
  }

  /// First copies go from memory to memory, since the disk's speed is no tool's; replicas are where
  /// files are.
  private static func directory(for ground: Comparison.Ground) -> String {
    let isCopied = ground == .copies || ground == .largeCopies
    if isCopied, access("/dev/shm", W_OK) == 0 { return "/dev/shm" }
    return ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
  }

  /// What a command takes that is no copy.
  func usage(of words: [String]) throws -> Usage {
    let file = equipment.usageFiles.here
    let run = try Interruption.run([equipment.bench, "measure", file, "--"] + words)
    guard run.ending == .exited(0) else { throw FailedSetUp(program: words[0], run: run) }
    return try Note.await(file) { Usage(line: $0) }
  }

  /// Tells who watches what is being done, on a line that the next such overwrites.
  func note(_ text: String) {
    guard isatty(STDERR_FILENO) == 1 else { return }
    FileHandle.standardError.write(Data("\r\u{1b}[K\(text.isEmpty ? "" : "… \(text)")".utf8))
  }
}
