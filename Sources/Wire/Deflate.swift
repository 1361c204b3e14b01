internal import CZlib
internal import Replica

/// Deflation of whole payloads by zlib (RFC 1950), behind the length of the original.
enum Deflate {
  /// Payloads shorter than this are not worth the try.
  static let minimumByteCount = 128

  /// Level 1 deflates text to within a fifth of level 6, three times as fast.
  private static let level: Int32 = 1

  /// Returns `bytes` deflated, or nil if that takes more than `limit` bytes.
  static func deflate(_ bytes: [UInt8], atMost limit: Int) -> [UInt8]? {
    guard bytes.count >= minimumByteCount else { return nil }
    var header: [UInt8] = []
    header.append(count: bytes.count)
    guard limit > header.count else { return nil }
    var length = uLongf(limit - header.count)
    var code = Z_OK
    // SAFETY: zlib writes at most `length` bytes, which is the capacity given.
    let body = unsafe [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
      code = unsafe compress2(buffer.baseAddress, &length, bytes, uLong(bytes.count), level)
      count = code == Z_OK ? Int(length) : 0
    }
    return code == Z_OK ? header + body : nil
  }

  /// Returns what `deflate` made `bytes` from, or throws if that is malformed or has more than
  /// `limit` bytes.
  static func inflate(_ bytes: [UInt8], atMost limit: Int) throws(Malformed) -> [UInt8] {
    var reader = ByteReader(bytes)
    let count = try reader.readCount(atMost: limit)
    let body = Array(try reader.readBytes(reader.remainingCount))
    var length = uLongf(count)
    var bodyLength = uLong(body.count)
    var code = Z_OK
    // SAFETY: zlib writes at most `length` bytes, which is the capacity given.
    let inflated = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      code = unsafe uncompress2(buffer.baseAddress, &length, body, &bodyLength)
      filled = code == Z_OK ? Int(length) : 0
    }
    guard code == Z_OK, inflated.count == count else { throw .truncated }
    guard bodyLength == uLong(body.count) else { throw .trailing }
    return inflated
  }
}
