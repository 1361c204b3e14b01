import FileSystem
import Hashing
import Replica
import TestSupport
import Transfer

extension Path {
  /// The path of names joined by `/`.
  init(_ text: String) throws(MalformedKey) {
    try self.init(slashed: Array(text.utf8))
  }
}

/// The SHA-256 of some bytes.
func digest(_ bytes: [UInt8]) -> Digest {
  var sha256 = SHA256()
  return sha256.digest(of: bytes)
}

/// What an entry says of a file of `content`.
func fileAttributes(
  _ content: [UInt8], mode: UInt16 = 0o640, modified: Int64 = 1_600_000_000_000_000_005
) -> Attributes {
  .file(
    mode: mode, size: Int64(content.count), modified: modified, digest: digest(content))
}

/// Bytes that repeat in no short period, enough for several pieces.
let largeContent = (0..<700_001).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 7) }

extension TemporaryDirectory {
  /// A writer into a stage in the directory.
  func makeWriter() throws -> ContentWriter {
    let root = try root()
    return ContentWriter(root: root, stage: try Stage(in: root.openDirectory(.root)))
  }
}
