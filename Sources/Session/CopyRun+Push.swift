internal import Reconcile
internal import Replica
internal import Wire

extension CopyRun {
  /// Sends the destination what it is to have and what it is to forget, and records at the source
  /// what both agree on then.
  func push(_ reconciliation: Reconciliation) throws {
    let known = try KnownContent(
      for: reconciliation, local: local, destinationCount: encounter.ready.liveCount)
    let source = ContentSource(local.root) { [peer, deflates = options.compresses] frame in
      try peer.send(frame, deflating: deflates)
    }
    var late: [Reconciliation.Verdict] = []
    try reconciliation.forEach { verdict in
      guard !encounter.isUnknown(verdict.path), verdict.decision != .delete else { return }
      if verdict.replacesDirectory { return late.append(verdict) }
      try send(verdict, from: source, known)
    }
    try reconciliation.forEachDeletion { verdict in
      announce(verdict)
      try source.send(reconciliation.deletion(of: verdict), .deletion)
      try step(items: 1)
    }
    for verdict in late { try send(verdict, from: source, known) }
    try source.flush()
    try finishRemote()
    while !uncopied.isEmpty {
      // Content that the destination should have had and has not: it is sent after all.
      let again = uncopied
      uncopied = []
      copies = []
      for path in again {
        guard let (entry, stamp) = try local.entry(at: path) else { continue }
        try source.send(entry, stamp)
      }
      try source.flush()
      try finishRemote()
    }
    summary.literalByteCount = source.literalByteCount
    try recordSource(reconciliation)
  }

  /// Sends one change with what it needs.
  private func send(
    _ verdict: Reconciliation.Verdict, from source: ContentSource, _ known: KnownContent
  ) throws {
    announce(verdict)
    switch verdict.decision {
    case .create, .update:
      guard let entry = verdict.source else { return }
      if verdict.isContentWanted, let path = known.path(of: entry.attributes) {
        copies.insert(entry.path)
        try source.send(entry, .copy(from: path))
      } else {
        try source.send(entry, verdict.stamp)
      }
      try step(items: 1, bytes: entry.attributes.size)
    case .metadata:
      guard let entry = verdict.source else { return }
      try source.send(entry, .nothing, isRecorded: true)
      try step(items: 1)
    case .record:
      // What the source has not heard of, it takes over; there is nothing to tell then.
      guard let entry = verdict.source else { return }
      try source.send(entry, entry.attributes.isLive ? .nothing : .deletion, isRecorded: true)
    case .nothing, .leave, .delete: return
    }
  }

  /// Moves the progress on, and hears what the destination has to say meanwhile.
  private func step(items: Int, bytes: Int64 = 0) throws {
    try Interruption.check()
    advance(items: items, bytes: bytes)
    while let frame = try peer.receiveIfReady() { try takeOutcomes(frame) }
  }
}
