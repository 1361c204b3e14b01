internal import Replica

/// The parts of the messages of a comparison (`treemend-protocol.5`, "Comparison").
extension NodeRange {
  init(from reader: inout ByteReader) throws(Malformed) {
    level = try reader.readCount(atMost: Self.top)
    let lower = try reader.readCount(atMost: 1 << 40)
    nodes = lower..<(lower + (try reader.readCount(atMost: 1 << 40)))
  }

  func encode(to output: inout [UInt8]) {
    output.append(count: level)
    output.append(count: nodes.lowerBound)
    output.append(count: nodes.count)
  }
}

extension Segment {
  init(from reader: inout ByteReader) throws(Malformed) {
    let lower = try reader.readCount(atMost: Listing.maximumCount)
    mine = lower..<(lower + (try reader.readCount(atMost: Listing.maximumCount)))
    theirs = try NodeRange(from: &reader)
    listing = try Listing?(from: &reader)
  }

  func encode(to output: inout [UInt8]) {
    output.append(count: mine.lowerBound)
    output.append(count: mine.count)
    theirs.encode(to: &output)
    listing.encode(to: &output)
  }
}

extension Listing? {
  init(from reader: inout ByteReader) throws(Malformed) {
    switch try reader.readByte() {
    case 0: self = nil
    case 1: self = .nodes(try [Mark](from: &reader))
    case 2: self = .entries(try [UInt64](tagsFrom: &reader))
    default: throw .kind
    }
  }

  func encode(to output: inout [UInt8]) {
    switch self {
    case nil: output.append(0)
    case .nodes(let marks):
      output.append(1)
      marks.encode(to: &output)
    case .entries(let tags):
      output.append(2)
      tags.encodeTags(to: &output)
    }
  }
}

extension Rest? {
  init(from reader: inout ByteReader) throws(Malformed) {
    let hasRest = try reader.readByte()
    guard hasRest <= 1 else { throw .kind }
    guard hasRest == 1 else {
      self = nil
      return
    }
    self = Rest(
      buckets: try NodeRange(from: &reader), from: try reader.readCount(atMost: 1 << 16))
  }

  func encode(to output: inout [UInt8]) {
    output.append(self == nil ? 0 : 1)
    guard let self else { return }
    self.buckets.encode(to: &output)
    output.append(count: self.from)
  }
}

extension [Mark] {
  init(from reader: inout ByteReader) throws(Malformed) {
    let count = try reader.readCount(ofAtLeast: Mark.byteCount)
    guard count <= Listing.maximumCount else { throw .count }
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

extension [UInt64] {
  init(tagsFrom reader: inout ByteReader) throws(Malformed) {
    let count = try reader.readCount(ofAtLeast: 8)
    guard count <= Listing.maximumCount else { throw .count }
    self = []
    reserveCapacity(count)
    for _ in 0..<count { append(try reader.readFixed()) }
  }

  func encodeTags(to output: inout [UInt8]) {
    output.append(count: count)
    for tag in self { output.append(fixed: tag) }
  }
}

extension [Int] {
  /// Reads ordinals of entries, which ascend strictly, each as its distance from the one before.
  init(ascendingFrom reader: inout ByteReader) throws(Malformed) {
    self = []
    var next = 0
    for _ in 0..<(try reader.readCount(ofAtLeast: 1)) {
      next += try reader.readCount(atMost: Listing.maximumOpenedCount)
      guard next < Listing.maximumOpenedCount else { throw .count }
      append(next)
      next += 1
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
