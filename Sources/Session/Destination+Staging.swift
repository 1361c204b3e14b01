internal import Apply
internal import FileSystem
internal import Replica
internal import Transfer

/// What is to be in the tree waits in the stage.
extension Destination {
  /// Stages a copy of a file that is here. It does not count for the size of the batch: what changes names
  /// in a circle, as logs do, is all here until the last has been copied, and what is cut is here still.
  func copy(_ step: Step, from source: Path) throws {
    let attributes = step.result.attributes
    do {
      step.staged = try writer.stage(copyOf: source, attributes, at: step.pathInNewDirectory)
      step.chunks = writer.takeChunks()
    } catch {
      return try setAside(step.path, error)
    }
    noteMatched(attributes.size)
    hasCopies = true
    try add(step)
  }

  /// Gives copies that wait their places if there is little room for `byteCount` bytes beside them: what
  /// they replace makes some.
  func makeRoom(for byteCount: Int64) throws {
    guard hasCopies, let room = writer.directory.freeByteCount,
      room < byteCount.saturatingSum(with: Self.batchByteCount)
    else { return }
    try flush()
  }

  /// Counts content that was here.
  private func noteMatched(_ byteCount: Int64) {
    outcomes.matchedByteCount = outcomes.matchedByteCount.saturatingSum(with: byteCount)
  }

  /// Counts what was staged of content that was here.
  func noteStaged(_ step: Step, matchedByteCount: Int64) {
    noteMatched(matchedByteCount)
    stagedByteCount = stagedByteCount.saturatingSum(with: step.result.attributes.size)
  }

  func stage(
    _ step: Step, _ body: (inout ContentWriter) throws(StagingFailure) -> Staged
  ) throws {
    do {
      step.staged = try body(&writer)
      step.chunks = writer.takeChunks()
      stagedByteCount = stagedByteCount.saturatingSum(with: step.result.attributes.size)
    } catch {
      return try refuse(step.path, error)
    }
    try add(step)
  }

  /// Notes why content that was to be had here could not be staged; if it is not what it should be, it
  /// can still be sent.
  func setAside(_ path: Path, _ failure: StagingFailure) throws(SessionError) {
    if case .mismatch = failure { unmatched.insert(path) } else { try refuse(path, failure) }
  }

  func refuse(_ path: Path, _ failure: StagingFailure) throws(SessionError) {
    switch failure {
    case .interrupted: throw .interrupted
    case .mismatch: refuse(path, .mismatch, 0)
    case .system(let error):
      let refusal = Refusal(error)
      // What is only in the way of others makes room for them.
      if error.isLackOfSpace { writer.removePartials() }
      refuse(path, refusal.code, refusal.systemCode)
    }
  }
}
