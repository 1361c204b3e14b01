/// The one encoding of a run of entries, for digests, stored rows and messages alike
/// (`treemend-state.5`, "Runs of entries").
///
/// It is canonical: equal runs give equal bytes, and bytes that decode encode to themselves.
extension EntryRun {
  /// Appends the encoding of the whole run to `output`.
  package func encode(to output: inout [UInt8]) {
    output.append(count: count)
    encodeVectors(to: &output)
    var previousKey = 0..<0
    var previousTime: Int64 = 0
    let (slots, keyBytes) = (slots.span, keyBytes.span)
    for index in slots.indices {
      let slot = slots[index]
      let range = slot.keyRange
      let shared = keyBytes.extracting(previousKey)
        .sharedPrefixCount(with: keyBytes.extracting(range))
      output.append(addingCapacity: Self.maximumEncodedByteCount + range.count - shared) {
        $0.append(varint: UInt64(shared))
        $0.append(varint: UInt64(range.count - shared))
        $0.append(keyBytes.extracting(range.dropFirst(shared)).bytes)
        $0.append(varint: UInt64(slot.vectorIndex))
        slot.attributes.encode(to: &$0, previousTime: &previousTime)
      }
      previousKey = range
    }
  }

  /// The most bytes of an entry beside its key.
  private static let maximumEncodedByteCount =
    3 * OutputSpan<UInt8>.maximumVarintByteCount + Attributes.maximumEncodedByteCount

  /// Reads a run of at most `limit` entries, or throws if the bytes are not its one encoding.
  ///
  /// Bounding the keys by `keyByteLimit` bounds the memory: a key of 64 KiB can take one byte more
  /// than the one before.
  package init(
    from reader: inout ByteReader, limit: Int, keyByteLimit: Int = .max
  ) throws(Malformed) {
    self.init()
    let count = try reader.readCount(atMost: limit)
    guard count <= reader.remainingCount / 4 else { throw .count }
    adopt(vectors: try Self.decodeVectors(from: &reader, entryCount: count))
    reserve(count)
    var usedVectorCount: UInt64 = 0
    var previousTime: Int64 = 0
    var key: [UInt8] = []
    for _ in 0..<count {
      try Self.readKey(from: &reader, after: &key)
      let vectorIndex = try reader.readVarint()
      guard vectorIndex <= usedVectorCount, vectorIndex < vectors.count else { throw .vector }
      if vectorIndex == usedVectorCount { usedVectorCount += 1 }
      guard key.count <= keyByteLimit - keyByteCount else { throw .count }
      let attributes = try Attributes(from: &reader, previousTime: &previousTime)
      append(key: key, attributes: attributes, vectorIndex: UInt32(vectorIndex))
    }
    guard usedVectorCount == vectors.count else { throw .vector }
  }

  /// Reads the key behind `key`, which it then replaces, or throws unless it is well formed, after
  /// the one before, and shares with it no less than it could.
  private static func readKey(
    from reader: inout ByteReader, after key: inout [UInt8]
  ) throws(Malformed) {
    let shared = try reader.readCount(atMost: key.count)
    let former = shared < key.count ? Int(key[shared]) : -1
    let isFirst = key.isEmpty
    key.removeLast(key.count - shared)
    try reader.readPrefixed(atMost: Path.maximumKeyByteCount - shared, onto: &key)
    do { try Path.validate(key.span, knownCount: shared) } catch { throw .key }
    guard isFirst || shared < key.count && Int(key[shared]) > former else { throw .order }
  }

  /// Appends the replicas named by the run's vectors, then the vectors with replicas by index.
  private func encodeVectors(to output: inout [UInt8]) {
    let replicas = Set(vectors.flatMap { $0.counters.map(\.replica) }).sorted()
    output.append(count: replicas.count)
    for replica in replicas { output.append(fixed: replica.rawValue) }
    output.append(count: vectors.count)
    for vector in vectors {
      output.append(count: vector.counterCount)
      var next = replicas.startIndex
      for counter in vector.counters {
        while replicas[next] != counter.replica { next += 1 }
        output.append(count: next)
        output.append(varint: counter.value)
      }
      vector.encodeDots(to: &output)
    }
  }

  private static func decodeVectors(
    from reader: inout ByteReader, entryCount: Int
  ) throws(Malformed) -> [VersionVector] {
    var replicas: [ReplicaID] = []
    for _ in 0..<(try reader.readCount(ofAtLeast: 8)) {
      replicas.append(ReplicaID(rawValue: try reader.readFixed()))
    }
    guard zip(replicas, replicas.dropFirst()).allSatisfy({ $0 < $1 }) else { throw .vector }
    var unused = Set(replicas)
    var vectors: [VersionVector] = []
    for _ in 0..<(try reader.readCount(atMost: entryCount)) {
      var counters: [VersionVector.Counter] = []
      for _ in 0..<(try reader.readCount(ofAtLeast: 2)) {
        let index = try reader.readVarint()
        guard index < replicas.count else { throw .vector }
        let replica = replicas[Int(index)]
        unused.remove(replica)
        counters.append(VersionVector.Counter(replica: replica, value: try reader.readVarint()))
      }
      vectors.append(try VersionVector(counters: counters, dotsFrom: &reader))
    }
    guard unused.isEmpty, Set(vectors).count == vectors.count else { throw .vector }
    return vectors
  }
}

extension EntryRun: Equatable {
  /// Whether both hold the same entries.
  package static func == (left: EntryRun, right: EntryRun) -> Bool {
    guard left.count == right.count else { return false }
    var encoded: (left: [UInt8], right: [UInt8]) = ([], [])
    left.encode(to: &encoded.left)
    right.encode(to: &encoded.right)
    return encoded.left == encoded.right
  }
}
