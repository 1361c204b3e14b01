import FileSystem
import Replica
import TestSupport
import Testing
import Wire

@testable import Session

@Suite struct ContentSourceTests {
  @Test func `frames of changes are bounded however long paths and versions are`() throws {
    let directory = try TemporaryDirectory()
    var frames: [Frame] = []
    let source = ContentSource(
      try Root(openingDirectoryAt: directory.bytes), deliver: { frames.append($0) },
      learn: { _, _, _ in })
    let names = Array(repeating: [UInt8](repeating: 0x61, count: 255), count: 255)
    func path(_ first: UInt8) -> Path {
      Path(uncheckedKey: Array(([[first]] + names).joined(separator: [0])))
    }
    for number in UInt8(0)..<60 {
      let counters = (1...UInt64(VersionVector.maximumCount)).map {
        VersionVector.Counter(replica: ReplicaID(rawValue: $0 << 32), value: .max - $0)
      }
      let dots = counters.map {
        VersionVector.Counter(replica: $0.replica, value: UInt64(number) + 1)
      }
      let entry = Entry(
        path: Path(uncheckedKey: [100 + number]), attributes: .directory(mode: 0o755),
        vector: try VersionVector(counters: counters, dots: dots))
      try source.send(
        entry, number % 7 == 6 ? .copy(from: path(number)) : .nothing)
    }
    try source.flush()
    var count = 0
    for frame in frames {
      var reader = ChangesReader(payload: frame.payload)
      while try reader.next() != nil { count += 1 }
    }
    #expect(count == 60)
    #expect(frames.allSatisfy { $0.payload.count <= Frame.maximumPayloadByteCount })
  }
}
