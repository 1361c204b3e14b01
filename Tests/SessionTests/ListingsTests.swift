import FileSystem
import Glibc
import Index
import Replica
import TestSupport
import Testing

@testable import Session

/// The stamps of directories count only if what they promise is in the index.
@Suite struct ListingsTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    try makeDirectory(directory.bytes / "d")
    for number in 1000..<1300 { try makeFile(directory.bytes / "d" / "\(number)", content: []) }
  }

  /// Opens the replica, and closes it again.
  private func withReplica<Result>(_ body: (LocalReplica) throws -> Result) throws -> Result {
    var options = RunOptions()
    // A process that another test starts has the lock, too, for a moment.
    options.lockWaitSeconds = 60
    return try body(try LocalReplica(Opening(directory.bytes, options)))
  }

  private let path = Path(uncheckedKey: Array("d".utf8))

  private struct Cut: Error {}

  @Test func `a scan that committed a part and was cut leaves stamps that do not count`() throws {
    try withReplica { try $0.scan { _, _ in } }
    let counts = try withReplica { try $0.suspendListings() }
    #expect(counts)
    try withReplica { replica in
      do {
        try replica.scan { _, _ in
          try replica.commit()
          try replica.begin()
          throw Cut()
        }
      } catch is Cut {}
    }
    try withReplica { replica in
      let entry = try replica.entry(at: path)
      #expect(entry != nil)
      let counts = try replica.suspendListings()
      #expect(!counts)
    }
  }

  @Test func `two entries of one path are not recorded`() throws {
    try withReplica { replica in
      try replica.scan { _, _ in }
      let former = try replica.entry(at: path)
      let entry = try #require(former).entry
      let twice = [Recorded(entry: entry, stamp: .none), Recorded(entry: entry, stamp: .unknown)]
      #expect(throws: Malformed.order) { try replica.record(twice) }
      try replica.record([twice[0]])
    }
  }

  @Test func `a scan that came to its end leaves stamps that count, but for the doubtful`() throws {
    var stamp = Stamp.none
    for _ in 0..<10 where stamp == .none {
      stamp = try withReplica { replica in
        try replica.scan { _, _ in }
        return try replica.entry(at: path)?.stamp ?? .none
      }
    }
    try #require(stamp != .none)
    try withReplica { replica in
      try replica.scan { _, _ in }
      let root = replica.view.state.root
      try replica.keepListings(doubting: [path, Path(uncheckedKey: Array("none".utf8))])
      let doubted = try replica.entry(at: path)
      #expect(doubted?.stamp == Stamp.none)
      #expect(replica.view.state.root == root)
      var counts = try replica.suspendListings()
      #expect(counts)
      try replica.keepListings(doubting: nil)
      counts = try replica.suspendListings()
      #expect(!counts)
    }
  }
}
