package import Chunks
package import FileSystem
package import Replica

/// An old content at the destination that a new one is put together from. What is copied of it is not
/// checked by itself: the whole is, against its digest.
package final class Basis: Sendable {
  let file: File
  /// Its chunks.
  package let lookup: ChunkLookup
  /// Where it is in the tree; nil for one in the stage.
  package let path: Path?
  /// Its name in the stage, if a former run has left it there.
  package let partialName: [UInt8]?

  /// Takes an open file, of which nothing is looked for.
  init(_ file: consuming File) {
    self.file = file
    lookup = ChunkLookup(ChunkTree(ChunkList()))
    path = nil
    partialName = nil
  }

  /// Takes an open file, which is at `path` in the tree or has a name in the stage, and its chunks.
  package init(
    _ file: consuming File, at path: Path?, partialName: [UInt8]? = nil, _ chunks: ChunkList
  ) {
    self.file = file
    self.path = path
    self.partialName = partialName
    lookup = ChunkLookup(ChunkTree(chunks))
  }
}

extension ChunkList {
  private static let bufferByteCount = 256 * 1024

  /// Cuts the content of a file, from its beginning; nil if it cannot be read, if there are more chunks
  /// than are kept or offered, or if `isInterrupted` says that the run is to stop.
  package init?(reading file: borrowing File, isInterrupted: () -> Bool = { false }) {
    var chunker = Chunker()
    var buffer = [UInt8](repeating: 0, count: Self.bufferByteCount)
    var offset: Int64 = 0
    while true {
      guard !isInterrupted(), let count = try? file.read(into: &buffer, at: offset) else {
        return nil
      }
      chunker.append(buffer, first: count)
      guard !chunker.isBeyondLimit else { return nil }
      offset += Int64(count)
      guard count == buffer.count else { break }
    }
    self = chunker.finish()
  }
}
