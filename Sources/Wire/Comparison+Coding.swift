package import Replica

/// One message of a comparison: what it is about, and its queries.
package struct CompareRequest: Equatable, Sendable {
  /// What the digests cover, as the raw value of Merkle's projection.
  package let projection: UInt8
  /// The key of the tags, drawn after both trees were fixed.
  package let nonce: Nonce
  /// The queries.
  package let queries: [Query]

  /// The 128-bit key of the tags of one comparison.
  package struct Nonce: Hashable, Sendable {
    /// The first half.
    package let first: UInt64
    /// The second half.
    package let second: UInt64
    /// Takes 128 random bits.
    package init(first: UInt64, second: UInt64) {
      self.first = first
      self.second = second
    }
  }

  /// Creates a message.
  package init(projection: UInt8, nonce: Nonce, queries: [Query]) {
    self.projection = projection
    self.nonce = nonce
    self.queries = queries
  }

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) throws(Malformed) {
    var reader = ByteReader(payload)
    projection = try reader.readByte()
    nonce = Nonce(first: try reader.readFixed(), second: try reader.readFixed())
    var queries: [Query] = []
    while !reader.isAtEnd { queries.append(try Query(from: &reader)) }
    self.queries = queries
  }

  /// The frame.
  package var frame: Frame {
    var payload: [UInt8] = [projection]
    payload.append(fixed: nonce.first)
    payload.append(fixed: nonce.second)
    for query in queries { query.encode(to: &payload) }
    return Frame(.compare, payload)
  }
}

extension Query {
  init(from reader: inout ByteReader) throws(Malformed) {
    let form = try reader.readByte()
    let range = try NodeRange(from: &reader)
    switch form {
    case 0:
      let level = try reader.readCount(atMost: NodeRange.top)
      guard level > 0, level <= range.level else { throw .count }
      self = .nodes(range: range, level: level, marks: try [Mark](from: &reader))
    case 1:
      self = .entries(range: range, tags: try [UInt64](tagsFrom: &reader))
    case 2:
      let level = try reader.readCount(atMost: NodeRange.top)
      guard level <= range.level else { throw .count }
      self = .list(range: range, level: level)
    case 3:
      self = .fetchAll(range: range, from: try reader.readCount(atMost: 1 << 16))
    case 4:
      self = .fetch(range: range, ordinals: try [Int](ascendingFrom: &reader))
    default: throw .kind
    }
  }

  func encode(to output: inout [UInt8]) {
    switch self {
    case .nodes(let range, let level, let marks):
      output.append(0)
      range.encode(to: &output)
      output.append(count: level)
      marks.encode(to: &output)
    case .entries(let range, let tags):
      output.append(1)
      range.encode(to: &output)
      tags.encodeTags(to: &output)
    case .list(let range, let level):
      output.append(2)
      range.encode(to: &output)
      output.append(count: level)
    case .fetchAll(let range, let from):
      output.append(3)
      range.encode(to: &output)
      output.append(count: from)
    case .fetch(let range, let ordinals):
      output.append(4)
      range.encode(to: &output)
      ordinals.encodeAscending(to: &output)
    }
  }
}

extension Answer {
  /// Reads the answers in the payload of a frame.
  package static func decode(payload: [UInt8]) throws(Malformed) -> [Answer] {
    var reader = ByteReader(payload)
    var answers: [Answer] = []
    while !reader.isAtEnd { answers.append(try Answer(from: &reader)) }
    return answers
  }

  init(from reader: inout ByteReader) throws(Malformed) {
    switch try reader.readByte() {
    case 0:
      var segments: [Segment] = []
      for _ in 0..<(try reader.readCount(ofAtLeast: 6)) {
        segments.append(try Segment(from: &reader))
      }
      self = .segments(segments)
    case 1:
      self = .entries(
        mine: try [Int](ascendingFrom: &reader), theirs: try [Int](ascendingFrom: &reader),
        run: try EntryRun(inFrameFrom: &reader))
    case 2:
      self = .list(
        theirs: try NodeRange(from: &reader), listing: try Listing?(from: &reader))
    case 3:
      self = .fetched(try EntryRun(inFrameFrom: &reader), rest: try Rest?(from: &reader))
    default: throw .kind
    }
  }

  /// Appends the answer to `output`.
  package func encode(to output: inout [UInt8]) {
    switch self {
    case .segments(let segments):
      output.append(0)
      output.append(count: segments.count)
      for segment in segments { segment.encode(to: &output) }
    case .entries(let mine, let theirs, let run):
      output.append(1)
      mine.encodeAscending(to: &output)
      theirs.encodeAscending(to: &output)
      run.encode(to: &output)
    case .list(let theirs, let listing):
      output.append(2)
      theirs.encode(to: &output)
      listing.encode(to: &output)
    case .fetched(let run, let rest):
      output.append(3)
      run.encode(to: &output)
      rest.encode(to: &output)
    }
  }
}

extension EntryRun {
  /// Reads a run whose keys would fit a frame unpacked, as those of every run sent do.
  init(inFrameFrom reader: inout ByteReader) throws(Malformed) {
    try self.init(
      from: &reader, limit: Listing.maximumOpenedCount,
      keyByteLimit: Frame.maximumPayloadByteCount)
  }
}
