internal import Chunks
internal import FileSystem

extension SparseFile {
  /// Appends `byteCount` bytes from `offset` on in another file, or in this one, by way of `buffer`, and
  /// hashes them; a mismatch if there are not so many, or they cannot be read.
  mutating func append(
    _ byteCount: Int64, of basis: Basis?, at offset: Int64, by buffer: inout [UInt8],
    _ digester: inout ContentDigester
  ) throws(StagingFailure) {
    var done: Int64 = 0
    while done < byteCount {
      let shared = share(byteCount - done, of: basis, at: offset + done)
      if shared > 0 {
        try hash(shared, by: &buffer, &digester)
        done += shared
      } else {
        let head = byteCountBeforePage(byteCount - done)
        done += try copy(head, of: basis, at: offset + done, by: &buffer, &digester)
      }
    }
  }

  /// The number of bytes up to the next page, where sharing may begin; `byteCount` if that is never.
  private func byteCountBeforePage(_ byteCount: Int64) -> Int64 {
    guard canShare, !isAtPage else { return byteCount }
    let page = Int64(Self.pageByteCount)
    return min(page - self.byteCount % page, byteCount)
  }

  /// Hashes the last `byteCount` bytes.
  private mutating func hash(
    _ byteCount: Int64, by buffer: inout [UInt8], _ digester: inout ContentDigester
  ) throws(StagingFailure) {
    var start = self.byteCount - byteCount
    while start < self.byteCount {
      let wanted = Int(min(self.byteCount - start, Int64(buffer.count)))
      guard (try? file.read(into: &buffer, atMost: wanted, at: start)) == wanted else {
        throw .mismatch
      }
      digester.take(&buffer, first: wanted)
      start += Int64(wanted)
    }
  }

  /// Appends some of `byteCount` bytes; returns how many.
  private mutating func copy(
    _ byteCount: Int64, of basis: Basis?, at offset: Int64, by buffer: inout [UInt8],
    _ digester: inout ContentDigester
  ) throws(StagingFailure) -> Int64 {
    let wanted = Int(min(byteCount, Int64(buffer.count)))
    let count =
      if let basis {
        try? basis.file.read(into: &buffer, atMost: wanted, at: offset)
      } else {
        try? read(into: &buffer, atMost: wanted, at: offset)
      }
    // What cannot be read here is sent instead.
    guard count == wanted else { throw .mismatch }
    do {
      try append(buffer, first: wanted)
    } catch {
      throw .system(error)
    }
    digester.take(&buffer, first: wanted)
    return Int64(wanted)
  }
}
