package import Chunks

extension ChunkList {
  /// The chunks of a content.
  package init(of content: [UInt8]) {
    var chunker = Chunker()
    chunker.append(content.span)
    self = chunker.finish()
  }
}
