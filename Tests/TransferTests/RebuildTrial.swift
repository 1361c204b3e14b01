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

  /// The trial from which nothing can be taken away any more so that it still fails.
  func shrunk(while fails: (RebuildTrial) -> Bool) -> RebuildTrial {
    var smallest = self
    while let smaller = smallest.smaller.first(where: fails) { smallest = smaller }
    return smallest
  }

  /// Trials of which one part has been taken away.
  private var smaller: some Sequence<RebuildTrial> {
    let fewer = olds.indices.lazy.map { index in
      var trial = self
      trial.olds.remove(at: index)
      return trial
    }
    let smallerNew = new.smaller.lazy.map { RebuildTrial(olds: olds, new: $0) }
    let smallerOld = olds.indices.lazy.flatMap { index in
      olds[index].smaller.map { old in
        var trial = self
        trial.olds[index] = old
        return trial
      }
    }
    return [AnySequence(fewer), AnySequence(smallerNew), AnySequence(smallerOld)].lazy.joined()
  }
}
