import Hashing
import Replica
import TestSupport
import Testing

@testable import Wire

/// What holds of every message.
@Suite struct MessageTests {
  @Test(arguments: Sample.all)
  func `a message is read as it was written`(sample: Sample) throws {
    #expect(!sample.payload.isEmpty)
    #expect(try sample.reencode(sample.payload) == sample.payload)
  }

  @Test(arguments: Sample.all)
  func `a message that ends early is refused`(sample: Sample) throws {
    for count in 0..<sample.payload.count {
      let prefix = Array(sample.payload[..<count])
      do {
        let reencoded = try sample.reencode(prefix)
        #expect(sample.isSequence && reencoded == prefix, "cut to \(count)")
      } catch let error as Malformed {
        #expect([.truncated, .count].contains(error), "cut to \(count): \(error)")
      }
    }
  }

  @Test(arguments: Sample.all)
  func `a message with more behind it is refused`(sample: Sample) throws {
    guard sample.testDescription != "hello" else { return }
    #expect(throws: Malformed.self) { try sample.reencode(sample.payload + [0x80]) }
  }

  @Test(arguments: Sample.all, SplitMix.seeds)
  func `a message with flipped bits is refused or read as another`(
    sample: Sample, seed: UInt64
  ) throws {
    var random = SplitMix(seed: seed)
    for index in sample.payload.indices {
      for _ in 0..<3 {
        var payload = sample.payload
        payload[index] ^= UInt8(random.next() % 255) + 1
        do { _ = try sample.reencode(payload) } catch is Malformed { continue }
      }
    }
  }

  @Test(arguments: Sample.all)
  func `a number at its extremes in any place is refused or read`(sample: Sample) throws {
    let extremes: [UInt64] = [0, 1, 1 << 31, 1 << 32, 1 << 48, 1 << 62, 1 << 63, .max]
    for index in sample.payload.indices {
      for extreme in extremes {
        var payload = Array(sample.payload[..<index])
        payload.append(varint: extreme)
        payload += sample.payload[(index + 1)...]
        do { _ = try sample.reencode(payload) } catch is Malformed { continue }
      }
    }
  }
}
