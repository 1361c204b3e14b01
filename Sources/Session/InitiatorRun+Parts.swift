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
  func sendInParts(_ planned: Action, from source: ContentSource) throws -> Action? {
    guard planned.isContentWanted, !planned.after.attributes.isHashed,
      !encounter.introductions.remote.isEmpty
    else { return planned }
    let former = try formerChunks(planned)
    guard let parts = source.reader.parts(at: planned.origin, former: former) else {
      return planned
    }
    defer { parts.stop() }
    let action = planned.found(Attributes(of: parts.status, .zero))
    func begin() {
      announce(action)
      unreported.add(action)
    }
    defer { isOffering = false }
    let end = try source.send(
      action.after, in: parts, over: former, conflictCopy: action.keptCopy,
      begins: {
        begin()
        copies.insert(action.path)
        isOffering = true
      },
      isInterrupted: { [self] in Interruption.isRequested || peer.hasFailed }, answer: nextAnswer)
    try local.recordLearnt()
    switch end {
    case .sent:
      advance(items: 1, bytes: action.after.attributes.size)
      return nil
    case .hashed(let attributes):
      return action.found(attributes)
    case .changed:
      begin()
      try source.send(action.after, .unavailable(.changed, systemCode: 0))
      return nil
    }
  }

  /// The chunks of what the other end has, if that has been here, too.
  private func formerChunks(_ action: Action) throws -> ChunkList? {
    guard let before = action.before?.attributes, before.kind == .file else { return nil }
    return try local.index.chunks(of: action.path, before)
  }
}
