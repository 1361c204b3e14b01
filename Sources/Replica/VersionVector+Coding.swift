/// The encoding of dots: their number, and for each the index of its counter, and by how much it lies
/// below that.
extension VersionVector {
  /// The most bytes that the vector takes in a run or a stream of entries, its replicas with it.
  package var maximumEncodedByteCount: Int {
    let (countByteCount, indexByteCount, varintByteCount) = (2, 2, 10)
    return 2 * countByteCount
      + counters.count * (8 + indexByteCount + varintByteCount)
      + dots.count * (indexByteCount + varintByteCount)
  }

  /// Appends the dots to `output`; nothing for a vector without counters.
  package func encodeDots(to output: inout [UInt8]) {
    guard !counters.isEmpty else { return }
    output.append(count: dots.count)
    for dot in dots {
      let index = counters.prefix { $0.replica < dot.replica }.count
      output.append(count: index)
      output.append(varint: counters[index].value - dot.value)
    }
  }

  /// Reads the dots of a vector that has these counters, or throws.
  package init(counters: [Counter], dotsFrom reader: inout ByteReader) throws(Malformed) {
    var dots: [Counter] = []
    for _ in 0..<(counters.isEmpty ? 0 : try reader.readCount(atMost: counters.count)) {
      var dot = counters[try reader.readCount(atMost: counters.count - 1)]
      let difference = try reader.readVarint()
      guard difference < dot.value else { throw .vector }
      dot.value -= difference
      dots.append(dot)
    }
    try self.init(counters: counters, dots: dots)
  }
}
