package import Chunks
internal import FileSystem
internal import Hashing
package import Replica
package import Wire

/// Puts a content together from old ones and from what the source sends, in order.
package struct Rebuilder {
  /// The next bytes of the new content.
  private enum Segment {
    case copied(Recipe.CopiedRange)
    case sent(Range<Int64>)
  }

  private let recipe: Recipe
  private let bases: [Basis]
  private var nextGap = 0
  private var nextCopied = 0
  /// For each request that is unanswered its gaps, and their pages.
  private var asked: [[(gap: Range<Int64>, pages: [Range<Int64>])]] = []
  /// Whether the old content has turned out to have pages in the same place, where nothing else told.
  private var hasPagesInPlace: Bool?
  private var segments: [Segment] = []
  private var doneSegmentCount = 0
  /// What went wrong first. Nothing is written any more then, but what comes is still counted.
  package private(set) var failure: StagingFailure?
  /// How many bytes have not been sent: they were in old contents, or in the new one already.
  package private(set) var copiedByteCount: Int64 = 0

  /// Begins a content with `recipe`, which refers to `bases`.
  package init(_ recipe: Recipe, from bases: [Basis]) {
    self.recipe = recipe
    self.bases = bases
  }

  /// Whether all that is lacking has been asked for.
  package var hasAskedAll: Bool { nextGap == recipe.gaps.count }

  /// Whether the content is whole.
  package var isComplete: Bool {
    hasAskedAll && asked.isEmpty && doneSegmentCount == segments.count
  }

  /// Calls `body` unless something has gone wrong; what it throws is the failure.
  package mutating func attempt(_ body: () throws(StagingFailure) -> Void) {
    guard failure == nil else { return }
    do { try body() } catch { failure = error }
  }

  /// Asks for what is lacking, as much as one frame describes.
  package mutating func nextRequest() -> GapRequest {
    var request = GapRequest()
    var gaps: [(gap: Range<Int64>, pages: [Range<Int64>])] = []
    var pageCount = 0
    while nextGap < recipe.gaps.count, request.gaps.count < GapRequest.maximumGapCount {
      let gap = recipe.gaps[nextGap]
      // Until an answer has come, pages that may be in vain are described: 8 bytes for each 4096.
      let isInPlace = gap.isInPlace ?? hasPagesInPlace ?? true
      let pages = isInPlace ? oldPages(of: gap.range) : []
      pageCount += pages.count
      guard pageCount <= GapRequest.maximumPageCount else { break }
      request.gaps.append(pages.map(\.fingerprint))
      gaps.append((gap.range, pages.map(\.range)))
      nextGap += 1
    }
    asked.append(gaps)
    return request
  }

  /// The pages of a gap that the first old content has in the same place.
  private func oldPages(of gap: Range<Int64>) -> [(range: Range<Int64>, fingerprint: UInt64)] {
    guard let basis = bases.first else { return [] }
    var bytes = [UInt8](repeating: 0, count: gap.count)
    // What cannot be read is not described, and is sent.
    let count = (try? basis.file.read(into: &bytes, at: gap.lowerBound)) ?? 0
    return Recipe.pages(of: gap, in: bytes.span.extracting(first: count))
  }

  /// Takes the answer to the oldest request that has none.
  package mutating func take(_ answer: PageDifferences) throws(Malformed) {
    guard !asked.isEmpty else { throw .order }
    let gaps = asked.removeFirst()
    guard gaps.reduce(0, { $0 + $1.pages.count }) == answer.flags.count else { throw .count }
    if !answer.flags.isEmpty {
      hasPagesInPlace = hasPagesInPlace ?? false || answer.flags.contains(false)
    }
    segments.removeFirst(doneSegmentCount)
    doneSegmentCount = 0
    var position = 0
    for (gap, pages) in gaps {
      appendCopied(before: gap.lowerBound)
      for page in pages {
        if answer.flags[position] {
          appendSent(page)
        } else {
          appendCopied(
            Recipe.CopiedRange(range: page, origin: .basis(0), start: page.lowerBound))
        }
        position += 1
      }
      let rest = (pages.last?.upperBound ?? gap.lowerBound)..<gap.upperBound
      if !rest.isEmpty { appendSent(rest) }
    }
    if hasAskedAll, asked.isEmpty { appendCopied(before: .max) }
  }

  private mutating func appendCopied(before offset: Int64) {
    while nextCopied < recipe.copied.count, recipe.copied[nextCopied].range.upperBound <= offset {
      appendCopied(recipe.copied[nextCopied])
      nextCopied += 1
    }
  }

  private mutating func appendCopied(_ range: Recipe.CopiedRange) {
    if case .copied(let last) = segments.last, let joined = last.joined(with: range) {
      segments[segments.count - 1] = .copied(joined)
    } else {
      segments.append(.copied(range))
    }
  }

  private mutating func appendSent(_ range: Range<Int64>) {
    if case .sent(let last) = segments.last, last.upperBound == range.lowerBound {
      segments[segments.count - 1] = .sent(last.lowerBound..<range.upperBound)
    } else {
      segments.append(.sent(range))
    }
  }

  /// Writes what can be copied before content must come.
  package mutating func copy(by writer: inout ContentWriter) {
    while doneSegmentCount < segments.count, case .copied(let copied) = segments[doneSegmentCount] {
      let basis: Basis? =
        switch copied.origin {
        case .basis(let number): bases[number]
        case .itself: nil
        }
      let byteCount = Int64(copied.range.count)
      attempt { () throws(StagingFailure) in
        try writer.write(byteCount, of: basis, at: copied.start)
      }
      copiedByteCount += byteCount
      doneSegmentCount += 1
    }
  }

  /// Writes content that has come, and what can be copied then. Content beyond what was asked for is a
  /// mismatch.
  package mutating func write(_ piece: [UInt8], by writer: inout ContentWriter) {
    var rest = piece[...]
    while !rest.isEmpty {
      copy(by: &writer)
      guard doneSegmentCount < segments.count, case .sent(let range) = segments[doneSegmentCount]
      else {
        return attempt { () throws(StagingFailure) in throw .mismatch }
      }
      let taken = rest.prefix(range.count)
      attempt { () throws(StagingFailure) in
        try writer.write(taken.count == piece.count ? piece : Array(taken))
      }
      rest = rest.dropFirst(taken.count)
      let left = (range.lowerBound + Int64(taken.count))..<range.upperBound
      if left.isEmpty { doneSegmentCount += 1 } else { segments[doneSegmentCount] = .sent(left) }
    }
    copy(by: &writer)
  }
}
