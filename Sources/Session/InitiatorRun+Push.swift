internal import Chunks
internal import FileSystem
internal import Reconcile
internal import Replica
internal import Wire

extension InitiatorRun {
  /// Sends the other end what it is to have and what it is to forget.
  func push(_ plan: Plan, of differences: PairedDifferences) throws {
    let known = try KnownContent(
      for: plan, of: differences, at: localSide.other, local,
      liveCount: encounter.ready.liveCount)
    let source = ContentSource(
      local.root,
      deliver: { [self] frame in
        try peer.send(content: frame)
        while !isOffering, let answer = try peer.receiveIfReady() { try takeOutcomes(answer) }
      }, learn: learn, reach: reach)
    var batch = OfferBatch<Offered>()
    try plan.forEachActionInside(at: localSide.other) { planned in
      // What has been asked for before is answered before.
      if !planned.after.attributes.isHashed { try offer(batch.take(), from: source) }
      guard let action = try sendInParts(planned, from: source) else {
        return try Interruption.check()
      }
      announce(action)
      unreported.add(action)
      // What is to be deleted may have what a file on offer is made of.
      if action.decision == .delete { try offer(batch.take(), from: source) }
      let copied = known.path(for: action)
      if copied == nil, mayRebuild(action), let file = try file(offeredBy: action, source) {
        copies.insert(action.path)
        batch.append(file, of: action.after, at: action.origin)
        if batch.isFull { try offer(batch.take(), from: source) }
      } else {
        if copied != nil { copies.insert(action.path) }
        try send(action, from: source, copying: copied)
        advance(items: 1, bytes: action.after.attributes.size)
      }
      try Interruption.check()
    }
    try offer(batch.take(), from: source)
    try source.flush()
    try finishRemote(.part)
    try sendUncopied(of: plan, from: source)
    try forEachOpening(of: plan, at: localSide.other, in: differences) { action in
      announce(action)
      unreported.add(action)
      try send(action, from: source)
      advance(items: 1)
    }
    try source.flush()
    try local.recordLearnt()
    summary.hashedByteCount += source.hashedByteCount
    summary.literalByteCount += source.literalByteCount
  }

  /// Sends content that the other end should have had and has not.
  private func sendUncopied(of plan: Plan, from source: ContentSource) throws {
    let again = uncopied
    uncopied = []
    copies = []
    guard !again.isEmpty else { return }
    // What has been hashed meanwhile is sent again as that.
    try local.recordLearnt()
    try plan.forEachAction(at: localSide.other) { action in
      guard again.contains(action.path) else { return }
      unreported.add(action)
      try local.forgetChunks(of: [action.origin])
      try send(action, from: source)
    }
    try source.flush()
    try finishRemote(.part)
  }

  /// Notes what a file holds that was hashed on the way. Its versions are those that it has here: what those
  /// of both ends come to is recorded when it has come true.
  func learn(_ entry: Entry, _ status: Status, _ chunks: ChunkList?) throws {
    var entry = entry
    // One that has nothing has no versions, either.
    if !encounter.introductions.remote.isEmpty,
      let own = try local.entry(at: entry.path)?.entry.vector
    {
      entry.vector = own
    }
    try local.learn(entry, status, chunks)
  }

  /// Offers large files to the other end, and sends what it lacks of them.
  private func offer(_ files: [Offered], from source: ContentSource) throws {
    guard !files.isEmpty else { return }
    isOffering = true
    defer { isOffering = false }
    for file in files { try source.announce(file) }
    try source.offer(
      files, ended: { advance(items: 1, bytes: $0.entry.attributes.size) }, answer: nextAnswer)
  }

  /// The other end's next frame but for what becomes of changes.
  func nextAnswer() throws -> Frame {
    while true {
      try Interruption.check()
      let frame = try peer.receive()
      guard frame.kind == .outcomes else { return frame }
      try takeOutcomes(frame)
    }
  }

  private func file(
    offeredBy action: Action, _ source: ContentSource
  ) throws -> Offered? {
    let entry = action.after
    let stamp = try local.entry(at: action.origin)?.stamp ?? .none
    return try local.offered(
      entry, at: action.origin, stamp, conflictCopy: action.keptCopy, by: source)
  }

  /// Sends one change with what it needs; the other end has its content at `copied`, if that is given.
  private func send(
    _ action: Action, from source: ContentSource, copying copied: Path? = nil
  ) throws {
    let entry = action.after
    let kept = action.keptCopy
    switch action.decision {
    case .record: return
    case .metadata: try source.send(entry, .nothing)
    case .delete: try source.send(entry, .deletion)
    case .create, .update:
      if entry.attributes.kind == .file, let old = action.movedFrom {
        try source.send(entry, .move(from: old))
      } else if let copied {
        try source.send(entry, .copy(from: copied), conflictCopy: kept)
      } else {
        let stamp =
          entry.attributes.isHashed ? try local.entry(at: action.origin)?.stamp : .unknown
        try source.send(entry, at: action.origin, stamp ?? .none, conflictCopy: kept)
      }
    }
  }
}
