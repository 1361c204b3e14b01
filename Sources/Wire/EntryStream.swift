package import Replica

/// Writes paths and entries in any order, each by its difference from the one before
/// (`treemend-protocol.5`, "Streams of entries").
package struct EntryStreamWriter: Sendable {
  /// What has been written.
  package private(set) var bytes: [UInt8] = []
  /// How many bytes the paths written have unpacked.
  private(set) var keyByteCount = 0
  private var previousKey: [UInt8] = []
  private var previousTime: Int64 = 0
  private var vectors: [VersionVector] = []

  /// Begins a stream.
  package init() {}

  /// Writes a path.
  package mutating func write(_ path: Path) {
    let shared = path.key.span.sharedPrefixCount(with: previousKey.span)
    bytes.append(count: shared)
    bytes.append(prefixed: path.key.span.extracting(droppingFirst: shared))
    previousKey = path.key
    keyByteCount += path.key.count
  }

  /// Writes an entry.
  package mutating func write(_ entry: Entry) {
    write(entry.path)
    entry.attributes.encode(to: &bytes, previousTime: &previousTime)
    write(entry.vector)
  }

  /// Writes a vector.
  mutating func write(_ vector: VersionVector) {
    if let index = vectors.lastIndex(of: vector) {
      bytes.append(count: index)
      return
    }
    bytes.append(count: vectors.count)
    vectors.append(vector)
    bytes.append(count: vector.counterCount)
    for counter in vector.counters {
      bytes.append(fixed: counter.replica.rawValue)
      bytes.append(varint: counter.value)
    }
    vector.encodeDots(to: &bytes)
  }

  /// Writes whatever `body` appends.
  package mutating func write(_ body: (inout [UInt8]) -> Void) {
    body(&bytes)
  }
}

/// Reads what an ``EntryStreamWriter`` wrote.
package struct EntryStreamReader {
  /// The bytes, for fields beside paths and entries.
  package var fields: ByteReader
  /// How many bytes the paths read have unpacked.
  private(set) var keyByteCount = 0
  private var previousKey: [UInt8] = []
  private var previousTime: Int64 = 0
  private var vectors: [VersionVector] = []

  /// Reads `bytes`.
  package init(_ bytes: [UInt8]) {
    fields = ByteReader(bytes)
  }

  /// Whether all has been read.
  package var isAtEnd: Bool { fields.isAtEnd }

  /// Reads a path, which may be the root's if that is said.
  package mutating func readPath(orRoot: Bool = false) throws(Malformed) -> Path {
    let shared = try fields.readCount(atMost: previousKey.count)
    previousKey.removeLast(previousKey.count - shared)
    try fields.readPrefixed(atMost: Path.maximumKeyByteCount - shared, onto: &previousKey)
    keyByteCount += previousKey.count
    if orRoot, previousKey.isEmpty { return .root }
    do { try Path.validate(previousKey.span, knownCount: shared) } catch { throw .key }
    return Path(uncheckedKey: previousKey)
  }

  /// Reads an entry.
  package mutating func readEntry() throws(Malformed) -> Entry {
    let path = try readPath()
    let attributes = try Attributes(from: &fields, previousTime: &previousTime)
    return Entry(path: path, attributes: attributes, vector: try readVector())
  }

  /// Reads a vector.
  mutating func readVector() throws(Malformed) -> VersionVector {
    let index = try fields.readCount(atMost: vectors.count)
    if index == vectors.count {
      var counters: [VersionVector.Counter] = []
      for _ in 0..<(try fields.readCount(atMost: VersionVector.maximumCount)) {
        let replica = ReplicaID(rawValue: try fields.readFixed())
        counters.append(VersionVector.Counter(replica: replica, value: try fields.readVarint()))
      }
      vectors.append(try VersionVector(counters: counters, dotsFrom: &fields))
    }
    return vectors[index]
  }
}
