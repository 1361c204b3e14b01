internal import Chunks
package import Replica
package import Wire

/// The source's end of putting a content together: what the destination is to be sent of the gaps that
/// it asks for, in order.
package struct GapAnswers {
  private var rest: ArraySlice<Range<Int64>>
  private let isEmpty: Bool

  /// Begins with all gaps of a content, in bytes from its beginning.
  package init(_ gaps: [Range<Int64>]) {
    rest = gaps[...]
    isEmpty = gaps.isEmpty
  }

  /// Whether all gaps have been asked for.
  package var isOver: Bool { rest.isEmpty }

  /// Answers a request: which of the pages that it describes differ, and the ranges whose content is to
  /// follow. `read` gives the bytes of a gap; the answer is nil if that does. A request for more gaps
  /// than there are, or for none of those, is refused, and so is one that describes more pages than a
  /// gap has.
  package mutating func answer(
    _ request: GapRequest, reading read: (Range<Int64>) -> [UInt8]?
  ) throws(Malformed) -> (differences: PageDifferences, wanted: [Range<Int64>])? {
    let gaps = rest.prefix(request.gaps.count)
    guard gaps.count == request.gaps.count, !gaps.isEmpty || isEmpty else { throw .count }
    rest = rest.dropFirst(gaps.count)
    var flags: [Bool] = []
    var wanted: [Range<Int64>] = []
    for (gap, described) in zip(gaps, request.gaps) {
      var start = gap.lowerBound
      if !described.isEmpty {
        guard let bytes = read(gap) else { return nil }
        let pages = Recipe.pages(of: gap, in: bytes.span)
        guard described.count <= pages.count else { throw .count }
        for ((range, fingerprint), theirs) in zip(pages, described) {
          flags.append(fingerprint != theirs)
          if fingerprint != theirs { wanted.append(range) }
          start = range.upperBound
        }
      }
      if start < gap.upperBound { wanted.append(start..<gap.upperBound) }
    }
    return (PageDifferences(flags), wanted)
  }
}
