internal import Chunks
internal import FileSystem
internal import Index
internal import Reconcile
internal import Replica
internal import Transfer

extension InitiatorRun {
  /// Sends a large file that the scan has left to be hashed now, in parts, if the other end has the version
  /// that was here before and much of that is in it still; returns nil then. Otherwise returns the change
  /// as it is to be sent: of a file that has been hashed, unless the other end has nothing at all.
  ///
  /// PERF: both ends work at a time, instead of one after the other.
  func sendInParts(_ planned: Action, from source: ContentSource) throws -> Action? {
    guard planned.isContentWanted, !planned.after.attributes.isHashed,
      !encounter.introductions.remote.isEmpty
    else { return planned }
    let former = try formerChunks(planned)
    guard let parts = source.reader.parts(at: planned.origin, former: former) else { return planned }
    defer { parts.stop() }
    let action = planned.found(Attributes(of: parts.status, .zero))
    var begun = ChunkList()
    var isOther = former == nil
    while true {
      switch parts.next(isInterrupted: isOver) {
      case .part(let chunks):
        // As long as nothing is new, it may turn out that only the time is.
        let isNew = !isOther && !(former?.has(chunks, from: begun.count) ?? false)
        begun.append(chunksOf: chunks)
        reach(begun.byteCount)
        guard isNew, let former else { continue }
        if chunks.isLike(former) {
          try send(action, in: parts, begun: begun, from: source)
          return nil
        }
        // It may be a file that the other end has elsewhere.
        isOther = true
      case .end(let digest, let chunks):
        let hashed = action.found(action.after.attributes.hashed(digest))
        try learn(hashed.after, parts.status, chunks)
        try local.recordLearnt()
        summary.hashedByteCount += parts.status.size
        return hashed
      case .failed:
        try Interruption.check()
        announce(action)
        unreported.add(action)
        try source.send(action.after, .unavailable(.changed, systemCode: 0))
        return nil
      }
    }
  }

  /// The chunks of what the other end has, if that has been here, too.
  private func formerChunks(_ action: Action) throws -> ChunkList? {
    guard let before = action.before?.attributes, before.kind == .file else { return nil }
    return try local.index.chunks(of: action.path, before)
  }

  private func send(
    _ action: Action, in parts: PartedContent, begun: ChunkList, from source: ContentSource
  ) throws {
    announce(action)
    unreported.add(action)
    copies.insert(action.path)
    isOffering = true
    defer { isOffering = false }
    try source.send(
      action.after, in: parts, begun: begun, conflictCopy: action.keptCopy,
      isInterrupted: isOver, answer: nextAnswer)
    advance(items: 1, bytes: action.after.attributes.size)
  }

  /// Whether nothing more can come of the run.
  private func isOver() -> Bool {
    Interruption.isRequested || peer.hasFailed
  }
}

extension ChunkList {
  /// Whether at least half of the chunks are those of another content, too.
  fileprivate func isLike(_ other: ChunkList) -> Bool {
    let known = Set(other.fingerprints)
    return 2 * fingerprints.count(where: known.contains) >= count
  }
}
