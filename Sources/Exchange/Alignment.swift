internal import Wire

/// Neighbours in two lists of nodes that cover the same keys.
struct Stretch: Equatable {
  let mine: Range<Int>
  let theirs: Range<Int>
}

/// Finds where two lists of nodes that cover the same keys differ.
///
/// A stretch ends where both lists have a node that ends with the same key, by its name, or where
/// both end. Names may clash: then stretches are longer or shifted, and more is compared and found
/// than differs, but no difference is lost, because digests and tags cover keys.
enum Alignment {
  /// The stretches, in order, that are not one node on each side with the same tag.
  static func differences(mine: [Mark], theirs: [Mark]) -> [Stretch] {
    var stretches: [Stretch] = []
    var start = (mine: 0, theirs: 0)
    var positions = Positions(theirs)
    for index in mine.indices {
      let isLast = index == mine.count - 1
      let match = isLast ? theirs.count - 1 : positions.next(mine[index].name, from: start.theirs)
      guard let match, isLast || match < theirs.count - 1 else { continue }
      add(start.mine..<(index + 1), start.theirs..<(match + 1))
      start = (index + 1, match + 1)
    }
    if start.mine < mine.count || start.theirs < theirs.count {
      add(start.mine..<mine.count, start.theirs..<theirs.count)
    }
    return stretches

    func add(_ mineRange: Range<Int>, _ theirRange: Range<Int>) {
      if mineRange.count == 1, theirRange.count == 1,
        mine[mineRange.lowerBound].tag == theirs[theirRange.lowerBound].tag
      {
        return
      }
      stretches.append(Stretch(mine: mineRange, theirs: theirRange))
    }
  }

  /// The indices of the entries in either list, by their tags, that the other list lacks.
  static func unequal(mine: [UInt64], theirs: [UInt64]) -> (mine: [Int], theirs: [Int]) {
    let known = (mine: Set(mine), theirs: Set(theirs))
    return (
      mine.indices.filter { !known.theirs.contains(mine[$0]) },
      theirs.indices.filter { !known.mine.contains(theirs[$0]) }
    )
  }
}

/// Where each name stands in a list.
private struct Positions {
  private let sorted: [(name: UInt32, index: Int)]
  private let marks: [Mark]

  init(_ marks: [Mark]) {
    self.marks = marks
    sorted = marks.enumerated().map { ($0.element.name, $0.offset) }.sorted { $0 < $1 }
  }

  /// The first index from `start` on that has `name`.
  mutating func next(_ name: UInt32, from start: Int) -> Int? {
    if start < marks.count, marks[start].name == name { return start }
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < (name, start) { low = middle + 1 } else { high = middle }
    }
    return low < sorted.count && sorted[low].name == name ? sorted[low].index : nil
  }
}

extension Range<Int> {
  /// The range that lies `distance` further on.
  func shifted(by distance: Int) -> Range<Int> {
    (lowerBound + distance)..<(upperBound + distance)
  }
}
