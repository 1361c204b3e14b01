import Replica
import TestSupport
import Testing

@testable import Wire

@Suite struct EntryStreamTests {
  @Test(arguments: SplitMix.seeds)
  func `entries are read as they were written, in any order`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let entries = EntryRun.simulated(count: 300, seed: seed).entries
    for _ in 0..<3 {
      let order = entries.shuffled(using: &random) + [entries[3], entries[3]]
      var writer = EntryStreamWriter()
      for entry in order {
        writer.write(entry)
        writer.write { $0.append(0xaa) }
      }
      var reader = EntryStreamReader(writer.bytes)
      for entry in order {
        #expect(try reader.readEntry() == entry, "seed \(seed)")
        #expect(try reader.fields.readByte() == 0xaa)
      }
      #expect(reader.isAtEnd)
    }
  }

  @Test func `paths and entries share what they begin with`() throws {
    let entry = EntryRun.simulated(count: 3, seed: 1).entry(at: 2)
    var writer = EntryStreamWriter()
    writer.write(entry)
    let byteCount = writer.bytes.count
    writer.write(entry.path)
    #expect(writer.bytes.count == byteCount + 2)
    var reader = EntryStreamReader(writer.bytes)
    #expect(try reader.readEntry() == entry)
    #expect(try reader.readPath() == entry.path)
  }

  @Test(
    arguments: [
      ([0, 0], .key), ([1, 1, 0x61], .count), ([0, 1, 0x2f], .key), ([0, 1, 0x2e], .key),
      ([0, 2, 0x61], .truncated), ([0, 0xff, 0xff, 0x03], .truncated),
      ([0, 0x81, 0x80, 0x04, 0x61], .count), ([0, 1, 0x61, 2, 0], .count),
    ] as [([UInt8], Malformed)])
  func `a path that is none is refused`(bytes: [UInt8], error: Malformed) {
    #expect(throws: error) {
      var reader = EntryStreamReader(bytes)
      while !reader.isAtEnd { _ = try reader.readPath() }
    }
  }

  @Test func `a vector that was not written is refused`() throws {
    let entry = EntryRun.simulated(count: 3, seed: 1).entry(at: 0)
    var writer = EntryStreamWriter()
    writer.write(entry)
    let vectorByteCount = 2 + 8 + 1 + 3
    var bytes = Array(writer.bytes.dropLast(vectorByteCount))
    bytes.append(1)
    #expect(throws: Malformed.count) {
      var reader = EntryStreamReader(bytes)
      _ = try reader.readEntry()
    }
  }

  @Test func `a long list of long paths takes several frames, none of them a bomb`() throws {
    let long = Array(repeating: [UInt8](repeating: 0x61, count: 255), count: 200)
    let directory = Path(uncheckedKey: Array(long.joined(separator: [0])))
    let paths = (0..<500).map { directory.appending("\($0)".utf8) }
    let frames = PathList.frames(.want, paths)
    #expect(frames.count > 1)
    #expect(try frames.flatMap { try PathList.decode(payload: $0.payload) } == paths)
    let problems = paths.map { Problem(path: $0, code: .failed, systemCode: 5) }
    let outcomes = try Outcomes(changeCount: 600, problems: problems).frames().map {
      try Outcomes(payload: $0.payload)
    }
    #expect(outcomes.count > 1)
    #expect(outcomes.flatMap(\.problems) == problems)
    #expect(outcomes.reduce(0) { $0 + $1.changeCount } == 600)
  }

  @Test func `a frame whose paths would fill the memory is refused`() throws {
    var writer = EntryStreamWriter()
    let long = Array(repeating: [UInt8](repeating: 0x61, count: 255), count: 255)
    let path = Path(uncheckedKey: Array(long.joined(separator: [0])))
    var outcomes = EntryStreamWriter()
    outcomes.write { $0 += [0, 0] }
    for _ in 0..<1000 {
      writer.write(path)
      outcomes.write(path)
      outcomes.write { $0 += [1, 0] }
    }
    let payload = writer.bytes
    #expect(payload.count < 100_000)
    #expect(throws: Malformed.count) { try PathList.decode(payload: payload) }
    let report = outcomes.bytes
    #expect(throws: Malformed.count) { try Outcomes(payload: report) }
  }
}
