internal import Chunks
internal import Replica
internal import Transfer
internal import Wire

/// A large file that the destination is to put together from what it has and what it lacks.
struct Offered {
  let entry: Entry
  let content: OfferedContent
  let conflictCopy: Path?
  let tree: ChunkTree
}

extension LocalReplica {
  /// A large file as it is offered; nil if it is none, or can no longer be read as it was.
  func offered(
    _ entry: Entry, at path: Path, _ stamp: Stamp, conflictCopy: Path? = nil,
    by source: ContentSource
  ) throws -> Offered? {
    let attributes = entry.attributes
    guard attributes.kind == .file, attributes.isHashed,
      attributes.size > ContentReader.inlineByteCount,
      let content = source.reader.open(entry, at: path, stamp),
      let chunks = try index.chunks(of: path, attributes)
        ?? content.chunks(isInterrupted: { Interruption.isRequested }),
      chunks.count <= ChunkList.maximumCount
    else { return nil }
    return Offered(
      entry: entry, content: content, conflictCopy: conflictCopy, tree: ChunkTree(chunks))
  }
}

/// What is said of large files that are on offer together: so many that they can be open, listed and
/// asked for at a time.
struct OfferBatch<Item> {
  private(set) var items: [Item] = []
  private var byteCount: Int64 = 0
  private var keyByteCount = 0

  /// Adds what is said of a file, which the source has at `path`.
  mutating func append(_ item: Item, of entry: Entry, at path: Path) {
    items.append(item)
    byteCount = byteCount.saturatingSum(with: entry.attributes.size)
    keyByteCount += path.key.count
  }

  /// Whether it is enough. There are at most 2^21 chunks but for those of the last file, fewer files than
  /// the destination takes, and their paths have room in a frame.
  var isFull: Bool {
    items.count >= Rebuilding.maximumFileCount / 2
      || byteCount >= Int64(Chunker.minimumByteCount) << 21
      || keyByteCount >= Frame.maximumPayloadByteCount / 2
  }

  /// Begins anew; returns what there was.
  mutating func take() -> [Item] {
    defer { self = OfferBatch() }
    return items
  }
}
