package import Replica

/// What the destination lacks of a content, the next gaps of it: all of a gap, or those pages of it
/// that differ from its own; from the destination.
package struct GapRequest: Equatable, Sendable {
  /// The most pages described in one frame.
  package static let maximumPageCount = 16_384
  /// The most gaps in one frame.
  package static let maximumGapCount = 1024

  /// For each gap the fingerprints of the destination's pages there, none if all of it is
  /// wanted.
  package var gaps: [[UInt64]]

  /// Creates a request.
  package init(_ gaps: [[UInt64]] = []) {
    self.gaps = gaps
  }

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) throws(Malformed) {
    var reader = ByteReader(payload)
    gaps = []
    var pageCount = 0
    while !reader.isAtEnd {
      var pages: [UInt64] = []
      for _ in 0..<(try reader.readCount(ofAtLeast: 8)) {
        pages.append(try reader.readFixed())
      }
      pageCount += pages.count
      gaps.append(pages)
      guard gaps.count <= Self.maximumGapCount, pageCount <= Self.maximumPageCount else {
        throw .count
      }
    }
  }

  /// The frame.
  package var frame: Frame {
    var payload: [UInt8] = []
    for pages in gaps {
      payload.append(count: pages.count)
      for page in pages { payload.append(fixed: page) }
    }
    return Frame(.gaps, payload)
  }
}

/// Which of the pages that were described differ, in order; their content follows, and that of the
/// gaps that are wanted whole. From the source.
package struct PageDifferences: Equatable, Sendable {
  /// For each page, whether it differs.
  package let flags: [Bool]

  /// Creates the answer to a request.
  package init(_ flags: [Bool]) {
    self.flags = flags
  }

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) throws(Malformed) {
    var reader = ByteReader(payload)
    flags = try reader.readFlags(try reader.readCount(atMost: GapRequest.maximumPageCount))
    try reader.expectEnd()
  }

  /// The frame.
  package var frame: Frame {
    var payload: [UInt8] = []
    payload.append(count: flags.count)
    payload.append(flags: flags)
    return Frame(.pages, payload)
  }
}
