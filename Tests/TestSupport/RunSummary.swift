internal import Foundation

/// The last event of a run with `--json`.
package struct RunSummary: Decodable, Sendable {
  /// `summary`, if the last event is what it should be.
  package let type: String
  /// The exit status.
  package let exit: Int
  /// Whether both ends name the same root.
  package let equal: Bool
  /// The entries of the initiator's tree.
  package let entries: Int
  /// The bytes of content that were read to be hashed.
  package let hashedBytes: Int
  /// All bytes that the initiator wrote to the pipe.
  package let sentBytes: Int
  /// All bytes that the initiator read from the pipe.
  package let receivedBytes: Int
  /// The files that are new at the destination.
  package let filesCopied: Int
  /// The files that were there with another content.
  package let filesUpdated: Int
  /// The files that went.
  package let filesDeleted: Int
  /// The files and directories that were renamed.
  package let filesMoved: Int
  /// The bytes of content that were sent.
  package let literalBytes: Int
  /// The paths that failed.
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
