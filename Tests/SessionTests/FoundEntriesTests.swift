import Replica
import TestSupport
import Testing

@testable import Session

@Suite struct FoundEntriesTests {
  @Test func `what was found is counted run by run`() {
    var found = FoundEntries()
    found.add(run([.directory(mode: 0o755), file(5)]))
    found.add(run([.link(size: 3, modified: 1, digest: .zero), file(.max)]))
    found.add(EntryRun())
    #expect(found.count == 4)
    #expect(found.byteCount == .max)
    #expect(found.areTakenOver)
  }

  @Test func `tombstones are not taken over as they are, and versions of too many are not at all`()
    throws
  {
    var found = FoundEntries()
    found.add(run([file(1), .tombstone(deleted: 1)]))
    found.add(run([file(1)]))
    #expect(!found.areTakenOver)
    for (count, areTakenOver) in [(0, true), (1, false)] {
      let counters = (1...UInt64(VersionVector.maximumTakenCount + count)).map {
        VersionVector.Counter(replica: ReplicaID(rawValue: $0), value: 1)
      }
      var found = FoundEntries()
      found.add(
        run([file(1)], try VersionVector(counters: counters, dots: counters.prefix(1))))
      #expect(found.areTakenOver == areTakenOver)
    }
  }

  private func file(_ size: Int64) -> Attributes {
    .file(mode: 0o644, size: size, modified: 1, digest: .zero)
  }

  private func run(
    _ all: [Attributes], _ vector: VersionVector = VersionVector(ReplicaID(rawValue: 1))
  ) -> EntryRun {
    var run = EntryRun()
    for (index, attributes) in all.enumerated() {
      run.append(
        Entry(
          path: Path(uncheckedKey: [0x61 + UInt8(index)]), attributes: attributes, vector: vector))
    }
    return run
  }
}
