import ArgumentParser
import Foundation
import TestSupport

/// `bench run`: measures workloads and prints a table of each.
struct RunWorkloads: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs workloads and prints what they took.")

  @Option(help: "The program to measure.") var treemend: String
  @Option(help: "How many files the trees have.") var files = 100_000
  @Option(help: "How many rounds count; one more goes before them.") var rounds = 5
  @Option(
    help:
      "The size of each of the four large files (default: 1,000 for each of FILES, at most 1 GB).")
  var largeBytes: Int?
  @Option(help: "The size of the one large file that changes; repeated takes ten times as much.")
  var imageBytes = 2_000_000_000
  @Option(help: "The directory for the trees (default: /dev/shm or $TMPDIR, as it suits).")
  var directory: String?
  @Option(
    help:
      "The workloads, their names joined by commas (default: all but adopt-cold and those of one large file)."
  )
  var only: String?
  @Option(help: "The tools, their names joined by commas.") var tools: String?
  @Flag(help: "Measure unchanged and ten with four times the files, too.") var scale = false

  func validate() throws {
    guard files > 0, rounds > 0, (largeBytes ?? 1) > 0, imageBytes > 0 else {
      throw ValidationError("counts and sizes are greater than 0")
    }
    _ = try (chosenWorkloads(), chosenTools())
  }

  func run() throws {
    Interruption.watch()
    do {
      let options = Suite.Options(
        fileCount: files, roundCount: rounds,
        largeByteCount: largeBytes ?? min(1_000 * files, 1_000_000_000), imageByteCount: imageBytes,
        tools: try chosenTools(), directory: directory)
      let suite = Suite(options, with: try Equipment(treemend: treemend))
      for workload in try chosenWorkloads() { try run(workload, in: suite) }
      guard scale else { return }
      suite.options.fileCount *= 4
      for workload in Workload.all where ["unchanged", "ten"].contains(workload.name) {
        try run(workload, in: suite)
      }
    } catch is Interruption.Requested {
      throw ExitCode(130)
    }
  }

  private func run(_ workload: Workload, in suite: Suite) throws {
    print("## \(workload.name): \(workload.title)")
    fflush(nil)
    try workload.run(suite)
    fflush(nil)
  }

  private func chosenWorkloads() throws -> [Workload] {
    guard let only else { return Workload.usual }
    return try only.split(separator: ",").map { name in
      guard let workload = Workload.all.first(where: { $0.name == name }) else {
        let names = Workload.all.map(\.name).joined(separator: ", ")
        throw ValidationError("there is no workload \(name), only \(names)")
      }
      return workload
    }
  }

  private func chosenTools() throws -> [Tool] {
    guard let tools else { return Tool.allCases }
    return try tools.split(separator: ",").map { name in
      guard let tool = Tool(rawValue: String(name)) else {
        let names = Tool.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("there is no tool \(name), only \(names)")
      }
      return tool
    }
  }
}
