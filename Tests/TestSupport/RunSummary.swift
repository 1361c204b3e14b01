internal import Foundation

/// The last event of a run with `--json`.
package struct RunSummary: Decodable, Sendable {
  package let type: String
  package let exit: Int
  package let equal: Bool
  package let entries: Int
  package let hashedBytes: Int
  package let sentBytes: Int
  package let receivedBytes: Int
  package let filesCopied: Int
  package let filesUpdated: Int
  package let filesDeleted: Int
  package let literalBytes: Int
  package let problems: Int

  /// All that crossed the pipe, in bytes.
  package var pipeBytes: Int { sentBytes + receivedBytes }

  /// Decodes the last line that the run printed.
  package init(lastLineOf run: ProgramRun) throws {
    guard let line = run.text.split(separator: "\n").last else {
      throw FailedSetUp(program: "treemend --json", run: run)
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      self = try decoder.decode(Self.self, from: Foundation.Data(line.utf8))
    } catch {
      throw FailedSetUp(program: "treemend --json (\(error))", run: run)
    }
  }
}
