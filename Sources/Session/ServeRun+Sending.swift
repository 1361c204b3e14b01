internal import Replica
internal import Transport
internal import Wire

extension ServeRun {
  /// Sends the content of the paths that the initiator wants, in its order.
  func sendContent(_ frame: Frame) throws {
    let source = contentSource()
    for path in try PathList.decode(payload: frame.payload) {
      // It was on offer, and what was put together was another content: the chunks that are kept of it,
      // at either end, may be wrong.
      if offeredPaths.contains(path) { try replica.forgetChunks(of: [path]) }
      if let (entry, stamp) = try replica.entry(at: path), entry.attributes.isLive,
        entry.attributes.kind != .directory
      {
        try source.send(entry, at: path, stamp)
      } else {
        try source.sendNothing(at: path)
      }
    }
    try source.flush()
  }

  /// Offers the large files that the initiator wants to put together from what it has.
  func offerContent(_ frame: Frame) throws {
    let source = contentSource()
    var batch = OfferBatch<Offered>()
    let paths = try PathList.decode(payload: frame.payload)
    guard paths.count <= Rebuilding.maximumFileCount else { throw Malformed.count }
    guard Set(paths).count == paths.count else { throw Malformed.order }
    for path in paths {
      guard !batch.isFull else { throw Malformed.count }
      if let (entry, stamp) = try replica.entry(at: path),
        let file = try replica.offered(entry, at: path, stamp, by: source)
      {
        batch.append(file, of: entry, at: path)
        offeredPaths.insert(path)
        try source.announce(file)
      } else {
        try source.sendNothing(at: path)
      }
    }
    try source.offer(batch.take()) {
      guard let frame = try nextFrame() else { throw Malformed.order }
      return frame
    }
  }

  private func contentSource() -> ContentSource {
    ContentSource(
      replica.root,
      deliver: { [connection] frame in try connection.send(content: frame) },
      learn: replica.learn)
  }
}
