package import Hashing

extension File {
  private static let bufferByteCount = 256 * 1024

  /// The digest of the first `byteCount` bytes; of fewer if there are no more, or if `isInterrupted` says
  /// that the run is to stop.
  package func digest(
    first byteCount: Int64, isInterrupted: () -> Bool
  ) throws(SystemError) -> Digest {
    var sha256 = SHA256()
    var buffer = [UInt8](repeating: 0, count: Self.bufferByteCount)
    var offset: Int64 = 0
    while offset < byteCount, !isInterrupted() {
      let wanted = Int(min(byteCount - offset, Int64(buffer.count)))
      let count = try read(into: &buffer, atMost: wanted, at: offset)
      if count == 0 { break }
      sha256.update(buffer, first: count)
      offset += Int64(count)
    }
    return sha256.finalize()
  }
}
