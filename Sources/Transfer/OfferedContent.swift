package import Chunks
internal import FileSystem
internal import Hashing

/// A large file at the source that stays open while it is compared and sent, whatever becomes of its
/// name.
package final class OfferedContent: Sendable {
  private let file: File
  private let status: Status
  private let byteCount: Int64

  /// Takes an open file of which the first `byteCount` bytes count, with the status that it had when it
  /// was known to be what it is.
  init(_ file: consuming File, _ status: Status, byteCount: Int64) {
    self.file = file
    self.status = status
    self.byteCount = byteCount
  }

  /// A part of the content; nil if it can no longer be read as it was.
  package func read(_ range: Range<Int64>) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: range.count)
    guard (try? file.read(into: &bytes, at: range.lowerBound)) == range.count, isUnchanged else {
      return nil
    }
    return bytes
  }

  /// Reads at most `limit` bytes from `offset` on; returns how many there were, and nil if it can no
  /// longer be read as it was.
  func read(into buffer: inout [UInt8], atMost limit: Int, at offset: Int64) -> Int? {
    guard let count = try? file.read(into: &buffer, atMost: limit, at: offset), isUnchanged else {
      return nil
    }
    return count
  }

  /// Whether the content surely has been `digest` at one time: nothing was done to the file while it was
  /// read, or it is the same when it is read again. What has grown may have been overwritten, too.
  func surelyHeld(_ digest: Digest, isInterrupted: () -> Bool) -> Bool {
    guard let after = try? file.status() else { return false }
    if after == status { return true }
    return after.keepsContent(of: status)
      && (try? file.digest(first: byteCount, isInterrupted: isInterrupted)) == digest
  }

  /// The chunks of the content; nil if it can no longer be read as it was, if they are more than are
  /// offered, or if `isInterrupted` says that the run is to stop.
  package func chunks(isInterrupted: () -> Bool = { false }) -> ChunkList? {
    guard let chunks = ChunkList(reading: file, isInterrupted: isInterrupted), isUnchanged,
      chunks.byteCount == byteCount
    else { return nil }
    return chunks
  }

  /// Whether nothing has been written to the file but to its end, as far as it shows: the destination,
  /// which knows the digest, does not rely on it.
  private var isUnchanged: Bool {
    guard let now = try? file.status() else { return false }
    return now.size > status.size || (now.size == status.size && now.modified == status.modified)
  }
}
