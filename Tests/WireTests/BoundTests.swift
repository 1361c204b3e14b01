import Hashing
import Replica
import TestSupport
import Testing

@testable import Wire

/// Numbers, kinds and flags just within their bounds and just beyond.
@Suite struct BoundTests {
  private static func list(_ count: UInt64, itemByteCount: Int, present: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(varint: count)
    return bytes + [UInt8](repeating: 0, count: itemByteCount * present)
  }

  @Test(arguments: [4097, 1 << 32, 1 << 63, .max] as [UInt64])
  func `more marks or tags than there are bytes, or than may be, are refused`(count: UInt64) {
    for present in [0, 1, 4097] {
      #expect(throws: Malformed.count) {
        var reader = ByteReader(Self.list(count, itemByteCount: 12, present: present))
        _ = try [Mark](from: &reader)
      }
      #expect(throws: Malformed.count) {
        var reader = ByteReader(Self.list(count, itemByteCount: 8, present: present))
        _ = try [UInt64](tagsFrom: &reader)
      }
    }
  }

  @Test func `4096 marks and tags are read`() throws {
    var reader = ByteReader(Self.list(4096, itemByteCount: 12, present: 4096))
    #expect(try [Mark](from: &reader).count == 4096)
    reader = ByteReader(Self.list(4096, itemByteCount: 8, present: 4096))
    #expect(try [UInt64](tagsFrom: &reader).count == 4096)
  }

  @Test(arguments: [[16_384], [0, 16_383], [16_383, 0], [1 << 48], [Int.max]])
  func `an ordinal beyond 16383 is refused`(distances: [Int]) {
    var bytes: [UInt8] = []
    bytes.append(count: distances.count)
    for distance in distances { bytes.append(count: distance) }
    #expect(throws: Malformed.count) {
      var reader = ByteReader(bytes)
      _ = try [Int](ascendingFrom: &reader)
    }
  }

  @Test(
    arguments: [
      (65, 0, 0), (.max, 0, 0), (1, 1 << 40 + 1, 0), (1, 0, 1 << 40 + 1), (1, .max, .max),
    ] as [(UInt64, UInt64, UInt64)])
  func `nodes beyond every tree are refused`(level: UInt64, lower: UInt64, count: UInt64) {
    var bytes: [UInt8] = []
    for number in [level, lower, count] { bytes.append(varint: number) }
    #expect(throws: Malformed.count) {
      var reader = ByteReader(bytes)
      _ = try NodeRange(from: &reader)
    }
  }

  @Test(
    arguments: [
      .nodes(range: NodeRange(level: 2, nodes: 0..<1), level: 0, marks: []),
      .nodes(range: NodeRange(level: 2, nodes: 0..<1), level: 3, marks: []),
      .list(range: NodeRange(level: 2, nodes: 0..<1), level: 3),
      .list(range: NodeRange(level: 2, nodes: 0..<1), level: 65),
      .fetchAll(range: .whole, from: 1 << 16 + 1),
    ] as [Query])
  func `a query for a level that its nodes do not have is refused`(query: Query) {
    let request = CompareRequest(projection: 0, nonce: Sample.nonce, queries: [query])
    #expect(throws: Malformed.count) { try CompareRequest(payload: request.frame.payload) }
  }

  @Test(arguments: 5...255 as ClosedRange<UInt8>)
  func `a query or answer of no known form is refused`(form: UInt8) {
    let payload = CompareRequest(projection: 0, nonce: Sample.nonce, queries: []).frame.payload
    #expect(throws: Malformed.kind) {
      try CompareRequest(payload: payload + [form, 1, 0, 1, 0])
    }
    #expect(throws: Malformed.kind) { try Answer.decode(payload: [form, 1, 0, 1, 0]) }
    #expect(throws: Malformed.kind) { try Answer.decode(payload: [2, 1, 0, 1, form]) }
  }

  @Test(arguments: [0b1010_0000, 0xff, 0x1a0, 0x200, 0x8000] as [UInt16])
  func `flags that exclude each other, or are none, are refused`(bits: UInt16) throws {
    var payload = try Sample.open.frame().payload
    payload[1] = UInt8(truncatingIfNeeded: bits)
    payload[2] = UInt8(bits >> 8)
    #expect(throws: Malformed.kind) { try Open(payload: payload) }
  }

  @Test(
    arguments: [
      (0, nil), (1, .number), (511, .number), (512, nil), (1 << 50, nil), (1 << 50 + 1, .count),
      (.max, .count),
    ] as [(UInt64, Malformed?)])
  func `a rate that none is is refused`(rate: UInt64, error: Malformed?) throws {
    let payload = try Sample.open.frame().payload
    let start = 3 + 5
    var bytes = Array(payload.prefix(start))
    bytes.append(varint: rate)
    var rest = ByteReader(Array(payload.dropFirst(start)))
    #expect(try rest.readVarint() == 1 << 20)
    bytes += try rest.readBytes(rest.remainingCount)
    let result = Result { () throws(Malformed) in try Open(payload: bytes).byteRate }
    #expect(result == error.map { .failure($0) } ?? .success(rate == 0 ? nil : Int(rate)))
  }

  @Test(arguments: DeflateChoice.Policy.allCases, [nil, 512] as [Int?])
  func `the terms of sending arrive`(deflation: DeflateChoice.Policy, byteRate: Int?) throws {
    var open = Sample.open
    open.flags = Open.Flags(deflation)
    open.byteRate = byteRate
    let terms = try Open(payload: open.frame().payload).terms
    #expect(terms == SendingTerms(deflation: deflation, byteRate: byteRate))
  }

  @Test(arguments: 4...255 as ClosedRange<UInt8>)
  func `a role that there is not is refused`(role: UInt8) throws {
    var payload = try Sample.open.frame().payload
    payload[0] = role
    #expect(throws: Malformed.kind) { try Open(payload: payload) }
  }

  @Test func `a root with a zero byte is refused`() throws {
    for change in [{ $0.root = [0] }, { $0.stateDirectory = [0x61, 0] }] as [(inout Open) -> Void] {
      var open = Sample.open
      change(&open)
      #expect(throws: Malformed.key) { try Open(payload: open.frame().payload) }
    }
  }

  @Test func `rules that no frame holds are refused before they are sent`() {
    var open = Sample.open
    open.rules = Array(
      repeating: Open.Rule(includes: true, pattern: [UInt8](repeating: 0x61, count: 60_000)),
      count: 5)
    #expect(throws: Malformed.count) { try open.frame() }
  }

  @Test func `more live entries than entries are refused`() {
    var ready = Sample.ready
    ready.entryCount = 6
    #expect(throws: Malformed.count) { try Ready(payload: ready.frame.payload) }
    ready.liveCount = 6
    #expect(throws: Never.self) { try Ready(payload: ready.frame.payload) }
  }

  @Test func `a later hello may say more`() throws {
    let payload = Hello(program: "9").frame.payload
    #expect(try Hello(payload: payload + [1, 2, 3]).isUnderstood)
    let current = UInt8(Hello.current)
    var later: [UInt8] = [current + 1, current]
    later.append(prefixed: [0x61].span)
    #expect(try !Hello(payload: later).isUnderstood)
    #expect(try Hello(payload: [0, current, 0]).isUnderstood)
  }

  @Test func `a failure's message is cut to 4096 bytes`() throws {
    let failure = Failure(exitCode: 1, message: [UInt8](repeating: 0x61, count: 5000))
    #expect(try Failure(payload: failure.frame().payload).message.count == 4096)
  }

  @Test(arguments: [Int64(Int32.max) + 1, Int64(Int32.min) - 1, .max, .min])
  func `an errno that none is is refused`(code: Int64) {
    var stream = EntryStreamWriter()
    stream.write { $0 += [0, 0] }
    stream.write(Sample.path)
    stream.write { output in
      output.append(1)
      output.append(zigzag: code)
    }
    #expect(throws: Malformed.number) { try Outcomes(payload: stream.bytes) }
  }

  @Test func `content that follows a change is for the last of a frame`() {
    let stream = Change(
      entry: EntryRun.simulated(count: 3, seed: 1).entry(at: 2), provision: .stream)
    #expect(throws: Malformed.trailing) {
      try Sample.decoded(Sample.encoded([stream, stream]))
    }
  }
}
