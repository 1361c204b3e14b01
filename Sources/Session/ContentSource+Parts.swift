internal import Chunks
internal import Exchange
internal import Replica
internal import Transfer
internal import Wire

extension ContentSource {
  /// What has become of a file that was to be sent in the parts in which it is hashed.
  enum PartsEnd {
    /// It has been sent as far as it could be.
    case sent
    /// It has been hashed, and nothing has been sent of it.
    case hashed(Attributes)
    /// It can no longer be read as it was, and nothing has been sent of it.
    case changed
  }

  /// Sends a file in the parts in which it is hashed, each as soon as it is, if the destination has the
  /// `former` version and much of that is in it still; `begins` is called then. What has nothing new is
  /// only hashed, and so is what has little of the old, since the destination may have it elsewhere.
  ///
  /// PERF: both ends work at a time, instead of one after the other.
  func send(
    _ entry: Entry, in parts: PartedContent, over former: ChunkList?, conflictCopy: Path? = nil,
    begins: () -> Void = {}, isInterrupted: () -> Bool, answer: () throws -> Frame
  ) throws -> PartsEnd {
    var begun = ChunkList()
    var isOther = former == nil
    while true {
      switch parts.next(isInterrupted: isInterrupted) {
      case .part(let chunks):
        // As long as nothing is new, it may turn out that only the time is; not if the length is another.
        let isNew =
          !isOther
          && (entry.attributes.size != former?.byteCount
            || !(former?.has(chunks, from: begun.count) ?? false))
        begun.append(chunksOf: chunks)
        reach(begun.byteCount)
        guard isNew, let former else { continue }
        isOther = !chunks.isLike(former)
        if isOther { continue }
        begins()
        try send(entry, .parts, conflictCopy: conflictCopy)
        try flush()
        try send(
          restOf: entry, in: parts, begun: begun, isInterrupted: isInterrupted, answer: answer)
        return .sent
      case .end(let digest, let chunks):
        var entry = entry
        entry.attributes = entry.attributes.hashed(digest)
        try noteHashed(entry, parts.status, chunks)
        return .hashed(entry.attributes)
      case .failed:
        try Interruption.check()
        return .changed
      }
    }
  }

  /// Sends a file that has been announced; `begun` are the first of its chunks, which `parts` has given
  /// already.
  private func send(
    restOf entry: Entry, in parts: PartedContent, begun: ChunkList, isInterrupted: () -> Bool,
    answer: () throws -> Frame
  ) throws {
    var part = begun
    var start: Int64 = 0
    while true {
      guard try offer(part, from: start, of: parts.content, answer) else { return }
      start += part.byteCount
      reach(start)
      switch parts.next(isInterrupted: isInterrupted) {
      case .part(let next): part = next
      case .end(let digest, let chunks):
        try deliver(Frame(.digest, digest.bytes))
        var entry = entry
        entry.attributes = entry.attributes.hashed(digest)
        return try noteHashed(entry, parts.status, chunks)
      case .failed:
        try Interruption.check()
        return try deliver(Frame(.content, []))
      }
    }
  }

  /// Sends what the destination lacks of a part of a file, which begins at `start`; false if the file is no
  /// longer what it was, and nothing more is to follow.
  private func offer(
    _ part: ChunkList, from start: Int64, of content: OfferedContent, _ answer: () throws -> Frame
  ) throws -> Bool {
    let tree = ChunkTree(part)
    var offer = ChunkOffer(part: tree, from: start)
    try deliver(ContentPart(byteCount: part.byteCount, level: offer.level).frame)
    try compare(&offer, answer)
    return try sendGaps(offer.gaps(of: 0), of: content, answer)
  }
}

extension ChunkList {
  /// Whether at least half of the chunks are those of another content, too.
  fileprivate func isLike(_ other: ChunkList) -> Bool {
    let known = Set(other.fingerprints)
    return 2 * fingerprints.count(where: known.contains) >= count
  }
}
