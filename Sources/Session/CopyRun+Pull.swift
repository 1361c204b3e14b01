internal import Reconcile
internal import Replica
internal import Wire

extension CopyRun {
  /// Fetches what this end is to have, makes the changes, and tells the source what both agree on
  /// then.
  func pull(_ reconciliation: Reconciliation) throws {
    let destination = try Destination(local, deletes: options.deletes)
    let known = try KnownContent(
      for: reconciliation, local: local, destinationCount: local.view.liveCount)
    let fetch = Fetch(peer, destination, run: self)
    do {
      var late: [Reconciliation.Verdict] = []
      try reconciliation.forEach { verdict in
        guard !encounter.isUnknown(verdict.path), verdict.decision != .delete else { return }
        if verdict.replacesDirectory { return late.append(verdict) }
        try take(verdict, by: fetch, known)
      }
      try reconciliation.forEachDeletion { verdict in
        announce(verdict)
        try fetch.add(
          Change(entry: reconciliation.deletion(of: verdict), provision: .deletion),
          asksForContent: verdict.source == nil)
      }
      for verdict in late { try take(verdict, by: fetch, known) }
      try fetch.finish()
      try destination.finish()
    } catch {
      // What has arrived whole is kept: the next run need not fetch it again.
      try? destination.flush()
      throw error
    }
    takeOutcomes(of: destination)
    summary.literalByteCount = fetch.literalByteCount
    try recordAtSource(reconciliation)
    try finishRemote()
  }

  private func take(
    _ verdict: Reconciliation.Verdict, by fetch: Fetch, _ known: KnownContent
  ) throws {
    announce(verdict)
    guard let entry = verdict.source else { return }
    let isContent = verdict.decision == .create || verdict.decision == .update
    if verdict.isContentWanted, let path = known.path(of: entry.attributes) {
      try fetch.add(Change(entry: entry, provision: .copy(from: path)), asksForContent: false)
    } else {
      let asks = isContent && entry.attributes.kind != .directory
      try fetch.add(
        Change(entry: entry, provision: entry.attributes.isLive ? .nothing : .deletion),
        asksForContent: asks)
    }
  }

  /// Takes over what became of changes that were made at this end.
  func takeOutcomes(of destination: Destination) {
    let outcomes = destination.takeOutcomes()
    summary.matchedByteCount += outcomes.matchedByteCount
    for problem in outcomes.problems { fail(problem) }
  }

  /// Tells the source the versions that it is to remember.
  private func recordAtSource(_ reconciliation: Reconciliation) throws {
    var stream = EntryStreamWriter()
    try reconciliation.forEach { verdict in
      guard !failed.contains(verdict.path), !encounter.isUnknown(verdict.path),
        let result = try settled(verdict, reconciliation)
      else { return }
      if stream.bytes.count + 2 * result.path.key.count + 32_768 > Frame.maximumPayloadByteCount {
        try peer.send(Frame(.record, stream.bytes))
        stream = EntryStreamWriter()
      }
      stream.write(result)
    }
    if !stream.bytes.isEmpty { try peer.send(Frame(.record, stream.bytes)) }
  }
}
