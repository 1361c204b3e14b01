internal import Hashing
internal import Merkle
internal import Replica

/// The Merkle tree over the chunks of a content. Level 0 holds the chunks; a node above stands for a
/// run of those below it, which ends where a chunk's fingerprint says so.
///
/// So equal parts of two contents have equal nodes, wherever the parts are.
package struct ChunkTree: Sendable {
  /// The nodes of one level above the chunks.
  private struct Level: Sendable {
    var fingerprints: [UInt64] = []
    /// Where each node's children end in the level below.
    var ends: [Int] = []
    /// Where each node's chunks end.
    var chunkEnds: [Int] = []
  }

  /// The highest level that a tree can have.
  package static let maximumLevel = 64

  /// The level of whose nodes the parts consist in which a content is compared that is still being
  /// read: some 25 MB each.
  package static let partLevel = 2

  /// The chunks.
  package let chunks: ChunkList
  private var levels: [Level] = []

  /// Builds the tree over `chunks`.
  package init(_ chunks: ChunkList) {
    self.chunks = chunks
    var fingerprint = Fingerprint()
    var scratch: [UInt8] = []
    while let count = levels.last?.ends.count ?? Optional(chunks.count), count > 1 {
      let below = levels.last
      let number = levels.count + 1
      var level = Level()
      var cutter = RunCutter(level: number)
      for child in 0..<count {
        if cutter.isAtStart {
          scratch.removeAll(keepingCapacity: true)
          scratch.append(UInt8(number))
        }
        scratch.append(fixed: below?.fingerprints[child] ?? chunks.fingerprints[child])
        let chunkEnd = below?.chunkEnds[child] ?? child + 1
        let boundary = Boundary(rawValue: chunks.fingerprints[chunkEnd - 1])
        guard cutter.endsRun(after: boundary) || child == count - 1 else { continue }
        level.fingerprints.append(fingerprint.of(scratch.span.bytes))
        level.ends.append(child + 1)
        level.chunkEnds.append(chunkEnd)
      }
      levels.append(level)
    }
  }

  /// The level of the root; 0 if there is one chunk or none.
  package var top: Int { levels.count }

  /// How many nodes there are at `level`.
  package func count(atLevel level: Int) -> Int {
    level == 0 ? chunks.count : levels[level - 1].ends.count
  }

  /// The fingerprint of a node.
  package func fingerprint(of node: Int, atLevel level: Int) -> UInt64 {
    level == 0 ? chunks.fingerprints[node] : levels[level - 1].fingerprints[node]
  }

  /// The children, at the level below, of a node above the chunks.
  package func children(of node: Int, atLevel level: Int) -> Range<Int> {
    let ends = levels[level - 1].ends
    return (node == 0 ? 0 : ends[node - 1])..<ends[node]
  }

  /// The bytes that a node stands for.
  package func bytes(of node: Int, atLevel level: Int) -> Range<Int64> {
    guard level > 0 else { return chunks.bytes(of: node) }
    let ends = levels[level - 1].chunkEnds
    let start = node == 0 ? 0 : chunks.ends[ends[node - 1] - 1]
    return start..<chunks.ends[ends[node] - 1]
  }

  /// The node of `level` that begins at a byte; nil if none does.
  func node(beginningAt byte: Int64, atLevel level: Int) -> Int? {
    guard byte > 0 else { return count(atLevel: level) > 0 ? 0 : nil }
    guard let chunk = chunks.ends.sortedPosition(of: byte) else { return nil }
    guard level > 0 else { return chunk + 1 < chunks.count ? chunk + 1 : nil }
    let ends = levels[level - 1].chunkEnds
    return ends.sortedPosition(of: chunk + 1).flatMap { $0 + 1 < ends.count ? $0 + 1 : nil }
  }
}

extension RandomAccessCollection where Element: Comparable, Index == Int {
  /// The index of a value in a collection in ascending order; nil if it is not there.
  func sortedPosition(of value: Element) -> Int? {
    let place = partitioningIndex { $0 >= value }
    return place < endIndex && self[place] == value ? place : nil
  }
}

extension RandomAccessCollection where Index == Int {
  /// The index of the first element that belongs behind some place, as do all that come after it; the end
  /// if there is none.
  func partitioningIndex(where belongsBehind: (Element) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if belongsBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
