import Index
import Replica
import TestSupport
import Testing

@testable import Session

/// What a batch of changes is to bring about is kept until it is known what came of it.
@Suite struct RecordingTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func entry(_ name: String) -> Entry {
    Entry(
      path: Path(uncheckedKey: Array(name.utf8)), attributes: .directory(mode: 0o755),
      vector: VersionVector(ReplicaID(rawValue: 1), 1))
  }

  @Test func `a batch of which every change failed leaves nothing expected`() throws {
    var options = RunOptions()
    options.lockWaitSeconds = 60
    let replica = try LocalReplica(Opening(directory.bytes, options))
    try replica.scan { _, _ in }
    for name in ["one", "two"] {
      try replica.expect([entry(name)], [])
      try replica.record([])
      let expected = try replica.index.expected()
      #expect(expected.isEmpty)
    }
  }
}
