import TestSupport

/// A new content, and what the destination has.
struct RebuildTrial: Sendable {
  var olds: [StretchedContent]
  var new: StretchedContent

  /// A new content that has something to do with old ones.
  static func random(_ maximumByteCount: Int, using random: inout SplitMix) -> RebuildTrial {
    let olds = (0..<random.below(4)).map { _ in
      random.below(8) == 0 ? [] : StretchedContent.random(maximumByteCount, using: &random)
    }
    var new =
      olds.randomElement(using: &random) ?? .random(maximumByteCount, using: &random)
    for _ in 0..<random.below(6) {
      new.edit(with: .random(maximumByteCount, using: &random), using: &random)
    }
    return RebuildTrial(olds: olds, new: new)
  }

  /// Trials of which one part has been taken away.
  var smaller: some Sequence<RebuildTrial> {
    let smallerOlds = olds.smaller(by: \.smaller).lazy.map { RebuildTrial(olds: $0, new: new) }
    let smallerNew = new.smaller.lazy.map { RebuildTrial(olds: olds, new: $0) }
    return [AnySequence(smallerOlds), AnySequence(smallerNew)].lazy.joined()
  }
}
