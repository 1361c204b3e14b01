package import Chunks
package import FileSystem

/// An old content at the destination that a new one is put together from: of what the copy is made
/// is not looked at again, as the whole is checked against its digest.
package final class Basis: Sendable {
  let file: File
  /// Its chunks.
  package let lookup: ChunkLookup

  /// Takes an open file, of which nothing is looked for.
  init(_ file: consuming File) {
    self.file = file
    lookup = ChunkLookup(ChunkTree(ChunkList()))
  }

  /// Takes an open file and its chunks, which are looked for in the file if they are not known.
  package init(_ file: consuming File, _ known: ChunkList?) throws(SystemError) {
    let chunks: ChunkList
    if let known { chunks = known } else { chunks = try ChunkList(reading: file) }
    self.file = file
    lookup = ChunkLookup(ChunkTree(chunks))
  }
}

extension ChunkList {
  private static let bufferByteCount = 256 * 1024

  /// Cuts the content of a file, from its beginning.
  package init(reading file: borrowing File) throws(SystemError) {
    var chunker = Chunker()
    var buffer = [UInt8](repeating: 0, count: Self.bufferByteCount)
    var offset: Int64 = 0
    while true {
      let count = try file.read(into: &buffer, at: offset)
      chunker.append(buffer, first: count)
      offset += Int64(count)
      guard count == buffer.count else { break }
    }
    self = chunker.finish()
  }
}

extension File {
  /// Reads the bytes from `offset` until `buffer` is full or the file ends; returns their number.
  func read(into buffer: inout [UInt8], at offset: Int64) throws(SystemError) -> Int {
    try read(into: &buffer, first: buffer.count, at: offset)
  }

  /// Reads the bytes from `offset` on into the first `count` of `buffer`, fewer where the file ends;
  /// returns their number.
  func read(
    into buffer: inout [UInt8], first count: Int, at offset: Int64
  ) throws(SystemError) -> Int {
    var span = buffer.mutableSpan
    var first = span._mutatingExtracting(first: count)
    return try read(into: &first, at: offset)
  }
}
