internal import FileSystem
internal import Index
internal import Replica
internal import Transfer
internal import Transport
internal import Wire

extension ServeRun {
  /// Sends the content of the paths that the initiator wants, in its order.
  func sendContent(_ frame: Frame) throws {
    let source = contentSource()
    for path in try PathList.decode(payload: frame.payload) {
      // It was on offer, and what was put together was another content: the chunks that are kept of it,
      // at either end, may be wrong.
      let isAskedAgain = offeredPaths.contains(path)
      if isAskedAgain { try replica.forgetChunks(of: [path]) }
      if let (entry, stamp) = try replica.entry(at: path), entry.attributes.isLive,
        entry.attributes.kind != .directory
      {
        // Or what is remembered of the file itself is.
        if isAskedAgain { try replica.doubt(path) }
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
    try source.offer(batch.take(), answer: nextAnswer)
  }

  /// Sends a large file that the scan has left to be hashed now, in parts, or says what it has turned out
  /// to be.
  func sendParts(_ frame: Frame) throws {
    let request = try PartsRequest(payload: frame.payload)
    let path = request.path
    let source = contentSource()
    let former = try replica.index.chunks(
      of: path, digest: request.digest, byteCount: request.byteCount)
    guard var entry = try replica.entry(at: path)?.entry, !entry.attributes.isHashed,
      let parts = source.reader.parts(at: path, former: former)
    else {
      // Asked for as others are, it is what it is then.
      try source.sendNothing(at: path)
      return try source.flush()
    }
    defer { parts.stop() }
    entry.attributes = Attributes(of: parts.status, .zero)
    offeredPaths.insert(path)
    let end = try source.send(
      entry, in: parts, over: former,
      isInterrupted: { [connection] in Interruption.isRequested || connection.hasFailed },
      answer: nextAnswer)
    try replica.recordLearnt()
    switch end {
    case .sent: return
    case .hashed(let attributes):
      entry.attributes = attributes
      try source.send(entry, .nothing)
    case .changed:
      try source.send(entry, .unavailable(.changed, systemCode: 0))
    }
    try source.flush()
  }

  /// The initiator's next frame, of which there must be one.
  private func nextAnswer() throws -> Frame {
    guard let frame = try nextFrame() else { throw Malformed.order }
    return frame
  }

  private func contentSource() -> ContentSource {
    ContentSource(
      replica.root,
      deliver: { [connection] frame in try connection.send(content: frame) },
      learn: replica.learn)
  }
}
