/// Entries in strictly ascending key order, packed: one array of key bytes, one of trivial slots,
/// one of the distinct version vectors in order of first use.
package struct EntryRun: Sendable {
  /// One entry: where its key lies, what it says, and which vector it carries.
  package struct Slot: Sendable, BitwiseCopyable {
    let keyStart: UInt32
    let keyCount: UInt32
    /// The index of the entry's vector in ``EntryRun/vectors``.
    package let vectorIndex: UInt32
    /// What the entry says.
    package let attributes: Attributes

    /// Where the key lies in the key bytes.
    var keyRange: Range<Int> { Int(keyStart)..<(Int(keyStart) + Int(keyCount)) }
  }

  private(set) var keyBytes: [UInt8] = []
  /// The entries.
  package private(set) var slots: [Slot] = []
  /// The distinct vectors, in order of first use.
  package private(set) var vectors: [VersionVector] = []

  /// Creates an empty run.
  package init() {}

  /// The number of entries.
  package var count: Int { slots.count }

  /// Whether there are none.
  package var isEmpty: Bool { slots.isEmpty }

  /// The number of key bytes, a measure of the run's size.
  package var keyByteCount: Int { keyBytes.count }

  /// Where the key of the entry at `index` lies in the key bytes.
  func keyRange(at index: Int) -> Range<Int> {
    slots[index].keyRange
  }

  /// Calls `body` with the key of the entry at `index`.
  package func withKey<Result, Failure>(
    at index: Int, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(keyBytes.span.extracting(keyRange(at: index)))
  }

  /// How the key of the entry at `index` is ordered relative to `key`.
  package func order(at index: Int, relativeTo key: Span<UInt8>) -> KeyOrder {
    keyBytes.span.extracting(keyRange(at: index)).order(relativeTo: key)
  }

  /// A copy of the key of the entry at `index`.
  package func key(at index: Int) -> [UInt8] {
    Array(keyBytes[keyRange(at: index)])
  }

  /// The path of the entry at `index`.
  package func path(at index: Int) -> Path {
    Path(uncheckedKey: key(at: index))
  }

  /// What the entry at `index` says.
  package func attributes(at index: Int) -> Attributes {
    slots[index].attributes
  }

  /// What is at the path of the entry at `index`.
  package func kind(at index: Int) -> Attributes.Kind {
    slots[index].attributes.kind
  }

  /// The versions of the entry at `index`.
  package func vector(at index: Int) -> VersionVector {
    vectors[Int(slots[index].vectorIndex)]
  }

  /// The entry at `index` by itself.
  package func entry(at index: Int) -> Entry {
    Entry(path: path(at: index), attributes: attributes(at: index), vector: vector(at: index))
  }

  /// The index of the first entry whose key is not before `key`; binary search.
  package func firstIndex(notBefore key: Span<UInt8>) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if keyBytes.span.extracting(keyRange(at: middle)).precedes(key) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// The index of the entry with exactly this key, or nil.
  package func index(of key: Span<UInt8>) -> Int? {
    let index = firstIndex(notBefore: key)
    guard index < count, keyBytes.span.extracting(keyRange(at: index)).matches(key) else {
      return nil
    }
    return index
  }

  /// Adds an entry, whose key must be after the last.
  package mutating func append(
    key: Span<UInt8>, attributes: Attributes, vector: VersionVector
  ) {
    let start = keyBytes.count
    keyBytes.append(span: key)
    appendSlot(from: start, attributes: attributes, vectorIndex: vectorIndex(of: vector))
  }

  /// Adds an entry, whose key must be after the last.
  package mutating func append(_ entry: Entry) {
    append(key: entry.path.key.span, attributes: entry.attributes, vector: entry.vector)
  }

  /// Adds the entry at `index` of another run, whose key must be after the last.
  package mutating func append(entryAt index: Int, of other: EntryRun) {
    let start = keyBytes.count
    keyBytes.append(span: other.keyBytes.span.extracting(other.keyRange(at: index)))
    appendSlot(
      from: start, attributes: other.attributes(at: index),
      vectorIndex: vectorIndex(of: other.vector(at: index)))
  }

  /// Makes the run empty and keeps its memory.
  package mutating func removeAll() {
    keyBytes.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
    vectors.removeAll(keepingCapacity: true)
  }

  /// Adds an entry that carries the vector of an index.
  mutating func append(key: [UInt8], attributes: Attributes, vectorIndex: UInt32) {
    let start = keyBytes.count
    keyBytes.append(span: key.span)
    appendSlot(from: start, attributes: attributes, vectorIndex: vectorIndex)
  }

  /// Makes room for so many entries with keys of common lengths.
  mutating func reserve(_ count: Int) {
    slots.reserveCapacity(count)
    keyBytes.reserveCapacity(48 * count)
  }

  /// Sets the vectors that entries will name by index.
  mutating func adopt(vectors: [VersionVector]) {
    self.vectors = vectors
  }

  private mutating func appendSlot(
    from start: Int, attributes: Attributes, vectorIndex: UInt32
  ) {
    slots.append(
      Slot(
        keyStart: UInt32(start), keyCount: UInt32(keyBytes.count - start),
        vectorIndex: vectorIndex, attributes: attributes))
  }

  private mutating func vectorIndex(of vector: VersionVector) -> UInt32 {
    if let index = vectors.lastIndex(of: vector) { return UInt32(index) }
    vectors.append(vector)
    return UInt32(vectors.count - 1)
  }
}
