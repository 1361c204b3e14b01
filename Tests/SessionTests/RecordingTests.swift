import Index
import Replica
import TestSupport
import Testing

@testable import Session

/// What is kept beside what scans find: what a batch of changes is to bring about, and doubts.
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

  private func scannedReplica() throws -> LocalReplica {
    var options = RunOptions()
    options.lockWaitSeconds = 60
    let replica = try LocalReplica(Opening(directory.bytes, options))
    try replica.scan { _, _ in }
    return replica
  }

  @Test func `a file that is doubted is read again, and a directory is not`() throws {
    try makeFile(directory.bytes + Array("/f".utf8), content: Array("content".utf8))
    try makeDirectory(directory.bytes + Array("/d".utf8))
    // Until no time in the tree is as late as the scan's.
    var isCalm = false
    for _ in 0..<1000 where !isCalm {
      isCalm = try scannedReplica().entry(at: entry("f").path)?.stamp != .unknown
    }
    #expect(isCalm)
    let replica = try scannedReplica()
    for name in ["d", "f", "none"] { try replica.doubt(entry(name).path) }
    #expect(try replica.entry(at: entry("f").path)?.stamp == .unknown)
    #expect(try replica.entry(at: entry("d").path)?.stamp != .unknown)
    try replica.commit()
  }

  @Test func `a batch of which every change failed leaves nothing expected`() throws {
    let replica = try scannedReplica()
    for name in ["one", "two"] {
      try replica.expect([entry(name)], [])
      try replica.record([])
      let expected = try replica.index.expected()
      #expect(expected.isEmpty)
    }
  }
}
