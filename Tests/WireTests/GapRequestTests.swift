import Replica
import TestSupport
import Testing

@testable import Wire

@Suite struct GapRequestTests {
  private static func pages(_ count: Int) -> [UInt64] {
    [UInt64](repeating: 7, count: count)
  }

  @Test(
    arguments: [
      [], [[]], [[], [1], []], [pages(16_384)], [pages(8000), [], pages(8384)],
      [[UInt64]](repeating: [], count: 1024),
    ])
  func `a request is read as it was written, and fits a frame`(gaps: [[UInt64]]) throws {
    let payload = GapRequest(gaps).frame.payload
    #expect(try GapRequest(payload: payload).gaps == gaps)
    #expect(payload.count <= Frame.maximumPayloadByteCount)
  }

  @Test(
    arguments: [
      [pages(16_385)], [pages(8000), [], pages(8385)], [[UInt64]](repeating: [], count: 1025),
    ])
  func `more pages or gaps than may be are refused`(gaps: [[UInt64]]) {
    #expect(throws: Malformed.count) { try GapRequest(payload: GapRequest(gaps).frame.payload) }
  }

  @Test(arguments: [2, 1 << 32, 1 << 61, 1 << 63, .max] as [UInt64])
  func `more pages than there are bytes are refused`(count: UInt64) {
    var payload: [UInt8] = []
    payload.append(varint: count)
    payload += [UInt8](repeating: 0, count: 15)
    #expect(throws: Malformed.count) { try GapRequest(payload: payload) }
  }

  @Test(arguments: [(65, 0), (.max, 0), (0, 9), (0, .max)] as [(UInt64, UInt64)])
  func `an offer of a higher tree or a longer sketch than may be is refused`(
    level: UInt64, count: UInt64
  ) {
    let entry = EntryRun.simulated(count: 3, seed: 1).entry(at: 2)
    var payload = Sample.encoded([
      Change(entry: entry, provision: .rebuild(level: 0, sketch: []))
    ])
    payload.removeLast(2)
    payload.append(varint: level)
    payload.append(varint: count)
    payload += [UInt8](repeating: 0, count: 9 * 8)
    #expect(throws: Malformed.count) { try Sample.decoded(payload) }
  }
}
