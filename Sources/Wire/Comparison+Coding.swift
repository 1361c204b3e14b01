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
      self = .entries(range: range, marks: try [Mark](from: &reader))
    case 2:
      let level = try reader.readCount(atMost: NodeRange.top)
      guard level <= range.level else { throw .count }
      self = .list(range: range, level: level)
    case 3:
      self = .fetch(range: range, from: try reader.readCount(atMost: 1 << 48), ordinals: nil)
    case 4:
      self = .fetch(range: range, from: 0, ordinals: try [Int](ascendingFrom: &reader))
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
    case .entries(let range, let marks):
      output.append(1)
      range.encode(to: &output)
      marks.encode(to: &output)
    case .list(let range, let level):
      output.append(2)
      range.encode(to: &output)
      output.append(count: level)
    case .fetch(let range, let from, nil):
      output.append(3)
      range.encode(to: &output)
      output.append(count: from)
    case .fetch(let range, _, let ordinals?):
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
        run: try EntryRun(from: &reader, limit: Frame.maximumPayloadByteCount))
    case 2:
      self = .list(theirs: try NodeRange(from: &reader), marks: try [Mark](from: &reader))
    case 3: self = .list(theirs: try NodeRange(from: &reader), marks: nil)
    case 4:
      let isLast = try reader.readByte()
      guard isLast <= 1 else { throw .kind }
      self = .fetched(
        try EntryRun(from: &reader, limit: Frame.maximumPayloadByteCount), isLast: isLast == 1)
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
    case .list(let theirs, let marks):
      output.append(marks == nil ? 3 : 2)
      theirs.encode(to: &output)
      marks?.encode(to: &output)
    case .fetched(let run, let isLast):
      output.append(4)
      output.append(isLast ? 1 : 0)
      run.encode(to: &output)
    }
  }
}

extension Segment {
  init(from reader: inout ByteReader) throws(Malformed) {
    let lower = try reader.readCount(atMost: Frame.maximumPayloadByteCount)
    mine = lower..<(lower + (try reader.readCount(atMost: Frame.maximumPayloadByteCount)))
    theirs = try NodeRange(from: &reader)
    let hasMarks = try reader.readByte()
    guard hasMarks <= 1 else { throw .kind }
    marks = hasMarks == 1 ? try [Mark](from: &reader) : nil
  }

  func encode(to output: inout [UInt8]) {
    output.append(count: mine.lowerBound)
    output.append(count: mine.count)
    theirs.encode(to: &output)
    output.append(marks == nil ? 0 : 1)
    marks?.encode(to: &output)
  }
}

extension [Mark] {
  init(from reader: inout ByteReader) throws(Malformed) {
    let count = try reader.readCount(ofAtLeast: Mark.byteCount)
    self = []
    reserveCapacity(count)
    for _ in 0..<count {
      append(Mark(name: try reader.readFixed(), tag: try reader.readFixed()))
    }
  }

  func encode(to output: inout [UInt8]) {
    output.append(count: count)
    for mark in self {
      output.append(fixed: mark.name)
      output.append(fixed: mark.tag)
    }
  }
}

extension [Int] {
  /// Reads numbers that ascend strictly, each as its distance from the one before.
  init(ascendingFrom reader: inout ByteReader) throws(Malformed) {
    self = []
    var next = 0
    for _ in 0..<(try reader.readCount(ofAtLeast: 1)) {
      next += try reader.readCount(atMost: 1 << 48)
      append(next)
      next += 1
      guard next < 1 << 50 else { throw .number }
    }
  }

  func encodeAscending(to output: inout [UInt8]) {
    output.append(count: count)
    var next = 0
    for number in self {
      output.append(count: number - next)
      next = number + 1
    }
  }
}
