import Foundation
import TestSupport

/// Runs workloads one after the other, those of the same ground on the same trees.
final class Suite {
  /// What was asked for.
  struct Options {
    var fileCount: Int
    var roundCount: Int
    var largeByteCount: Int
    var imageByteCount: Int
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
    let site = try makeSource(ground, below: parent)
    guard ground.hasDestinations else { return site }
    for tool in [Tool.treemend, .rsync, .unison] where options.tools.contains(tool) {
      // Unison is measured with many files only.
      if tool == .unison, site.plan.fileCount == 0 { continue }
      note("making trees: \(tool.title)")
      try site.copy(for: tool)
      if ground != .strangers {
        _ = try Sample(tool, tool.command(on: site, with: equipment), with: equipment)
      }
    }
    return site
  }

  private func makeSource(_ ground: Comparison.Ground, below parent: String) throws -> Site {
    let fileCount: Int
    switch ground {
    case .largeCopies:
      return try Site(largeFiles: 4, byteCount: options.largeByteCount, below: parent)
    case .image, .imageCopies:
      return try Site(largeFiles: 1, byteCount: options.imageByteCount, below: parent)
    case .archive:
      return try Site(archiveByteCount: options.imageByteCount, below: parent, from: pool)
    case .repeated:
      return try Site(repeatedByteCount: 10 * options.imageByteCount, below: parent)
    case .replicas: fileCount = options.fileCount
    case .small: fileCount = 1_000
    case .copies, .strangers: fileCount = max(1, options.fileCount / 5)
    }
    return try Site(TreePlan(fileCount: fileCount, seed: 1), below: parent, from: pool)
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
