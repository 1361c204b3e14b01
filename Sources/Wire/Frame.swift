package import Hashing
package import Replica

/// The unit of transmission: a kind and a payload of bounded size (`treemend-protocol.5`,
/// "Frames").
package struct Frame: Equatable, Sendable {
  /// What the payload holds.
  package enum Kind: UInt8, Sendable, CaseIterable {
    /// The version spoken; both ways.
    case hello = 1
    /// Which replica, and how to run; from the initiator.
    case open = 2
    /// The replica's roots; from the responder.
    case ready = 3
    /// Paths that the scan could not look at; from the responder.
    case unknown = 4
    /// Paths that could not be dealt with; from the responder.
    case problems = 5
    /// Digests to compare; from the initiator.
    case compare = 6
    /// What differs; from the responder.
    case differences = 7
    /// Entries that the receiver is to have, with what their content needs; both ways.
    case changes = 8
    /// A piece of a large file; both ways.
    case content = 9
    /// Paths whose content is asked for; from the initiator.
    case want = 10
    /// What became of changes; from the responder.
    case outcomes = 11
    /// Versions for the responder's index alone; from the initiator.
    case record = 12
    /// What came before is to be finished, and the initiator's root; from the initiator.
    case finish = 13
    /// The roots when that is done; from the responder.
    case finished = 14
    /// The responder stops, and why.
    case failure = 15
    /// Who the responder is, before its scan.
    case met = 16
    /// The digest of the large file whose content came before; both ways.
    case digest = 17
    /// Nodes of the chunk trees of large files on offer; both ways.
    case chunks = 18
    /// Which of them the destination has nowhere; both ways.
    case missing = 19
    /// What the destination lacks of a large file; both ways.
    case gaps = 20
    /// Which of the pages it has of that differ, before their content; both ways.
    case pages = 21
    /// Paths of large files that are to be put on offer; from the initiator.
    case wantOffer = 22
    /// The responder's versions are asked for; from the initiator.
    case wantVersions = 23
    /// The versions of the sender's entries, in runs; both ways.
    case versions = 24
    /// The sender is there, and has nothing else to say; both ways.
    case heartbeat = 25
    /// What would stop the responder in a run that is no dry one; from the responder.
    case refused = 26
    /// The next part of a large file that is hashed while it is sent; both ways.
    case part = 27
    /// A large file that has not been hashed is asked for, in parts; from the initiator.
    case wantParts = 28
  }

  /// The most bytes of a payload, before and after deflation.
  package static let maximumPayloadByteCount = 262_144

  /// How many bytes of a payload are tried to find out whether it deflates.
  package static let sampleByteCount = 16_384

  /// Whether the bytes of a frame are those of a deflated one.
  package static func isDeflated(_ bytes: [UInt8]) -> Bool {
    bytes[headerByteCount - 1] & deflatedBit != 0
  }

  /// The bytes before the payload: its length as four bytes, the lowest first, and the kind.
  package static let headerByteCount = 5

  /// The bit of the kind byte that says that the payload is deflated.
  private static let deflatedBit: UInt8 = 0x80

  /// What the payload holds.
  package let kind: Kind
  /// The payload, inflated.
  package let payload: [UInt8]

  /// Creates a frame; the payload must be within the bound.
  package init(_ kind: Kind, _ payload: [UInt8]) {
    precondition(payload.count <= Self.maximumPayloadByteCount, "a frame is bounded")
    self.kind = kind
    self.payload = payload
  }

  /// The digest that is all of the payload, or throws.
  package func digest() throws(Malformed) -> Digest {
    var reader = ByteReader(payload)
    let digest = try reader.readDigest()
    try reader.expectEnd()
    return digest
  }

  /// The frame's bytes as they go over the pipe; deflated if `deflating` and that saves an eighth.
  package func encoded(deflating: Bool) -> [UInt8] {
    var body = payload
    var kindByte = kind.rawValue
    if deflating, let shorter = Deflate.deflate(payload, atMost: payload.count / 8 * 7) {
      body = shorter
      kindByte |= Self.deflatedBit
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.headerByteCount + body.count)
    bytes.append(fixed: UInt32(body.count))
    bytes.append(kindByte)
    bytes.append(contentsOf: body)
    return bytes
  }

  /// Whether the payload is long enough for deflating it to be tried.
  package var isWorthDeflating: Bool { payload.count >= Deflate.minimumByteCount }

  /// Whether the beginning of the payload saves an eighth when it is deflated.
  package var sampleDeflates: Bool {
    let sample = Array(payload.prefix(Self.sampleByteCount))
    return Deflate.deflate(sample, atMost: sample.count / 8 * 7) != nil
  }

  /// The length of the payload that follows `header`, or throws if it is beyond the bound or the
  /// kind is none.
  package static func payloadByteCount(header: [UInt8]) throws(Malformed) -> Int {
    var reader = ByteReader(header)
    let count = try reader.readFixed(UInt32.self)
    guard count <= maximumPayloadByteCount else { throw .count }
    guard Kind(rawValue: try reader.readByte() & ~deflatedBit) != nil else { throw .kind }
    return Int(count)
  }

  /// Puts together a frame from its header and the payload as it came.
  package init(header: [UInt8], body: [UInt8]) throws(Malformed) {
    guard header.count == Self.headerByteCount, let kindByte = header.last,
      let kind = Kind(rawValue: kindByte & ~Self.deflatedBit)
    else { throw .kind }
    self.kind = kind
    payload =
      kindByte & Self.deflatedBit == 0
      ? body : try Deflate.inflate(body, atMost: Self.maximumPayloadByteCount)
  }
}
