package import Hashing
package import Replica

/// A large file that the source has not hashed, which is to be sent in parts if it is much the same as the
/// version that the destination has; from the initiator.
package struct PartsRequest: Equatable, Sendable {
  /// Where the source has it.
  package let path: Path
  /// The digest of what the destination has; zero if that is no file.
  package let digest: Digest
  /// How many bytes that has.
  package let byteCount: Int64

  /// Creates a request.
  package init(path: Path, digest: Digest, byteCount: Int64) {
    self.path = path
    self.digest = digest
    self.byteCount = byteCount
  }

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) throws(Malformed) {
    var stream = EntryStreamReader(payload)
    path = try stream.readPath()
    digest = try stream.fields.readDigest()
    byteCount = Int64(try stream.fields.readCount(atMost: .max))
    try stream.fields.expectEnd()
  }

  /// The frame.
  package var frame: Frame {
    var stream = EntryStreamWriter()
    stream.write(path)
    stream.write { output in
      output += digest.bytes
      output.append(count: Int(byteCount))
    }
    return Frame(.wantParts, stream.bytes)
  }
}
