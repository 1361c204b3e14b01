internal import Chunks
internal import FileSystem
internal import Hashing
internal import Index
internal import Replica

/// The chunks of a large file that are to be kept.
struct KeptChunks {
  let chunks: ChunkList
  let path: Path
  let digest: Digest

  init(_ chunks: ChunkList, of entry: Entry) {
    self.chunks = chunks
    path = entry.path
    digest = entry.attributes.digest
  }
}

extension LocalReplica {
  /// Notes what a batch of changes is to bring about, and the modes that directories get for the time of
  /// the run, before they do.
  func expect(_ entries: [Entry], _ modes: [TemporaryMode]) throws {
    guard !opening.isDryRun, !entries.isEmpty else { return }
    try begin()
    try index.expect(entries)
    for mode in modes { try index.note(mode) }
    expectedPaths = entries.map(\.path)
    try commit()
  }

  /// Puts entries into the index, durably unless this is a dry run, expects of the batch under way nothing
  /// more, and notes which modes directories have after all; throws if there are two entries of one
  /// path, as only a peer can bring about.
  func record(
    _ changes: [Recorded], _ chunks: [KeptChunks] = [],
    _ modes: [(path: Path, mode: TemporaryMode?)] = []
  ) throws {
    guard !changes.isEmpty || !expectedPaths.isEmpty else { return }
    var changes = changes
    if !changes.isAscending {
      changes.sort { $0.entry.path < $1.entry.path }
      guard changes.isAscending else { throw Malformed.order }
    }
    noteChanges(at: changes.lazy.map(\.entry.path))
    try begin()
    try index.update(changes)
    for file in chunks { try index.keep(file.chunks, of: file.path, file.digest) }
    if keepsExpected {
      try index.clearExpected(at: changes.map(\.entry.path) + expectedPaths)
    } else if !expectedPaths.isEmpty {
      try index.clearExpected()
    }
    for (path, mode) in modes {
      if let mode { try index.note(mode) } else { try index.forgetMode(of: path) }
    }
    expectedPaths = []
    try commit()
  }

  /// Gives the entries of a row of the index other versions, to be made durable with what follows.
  func replace(_ row: BucketRow, by bucket: Bucket) throws {
    noteVersions(of: row)
    try begin()
    try index.replace(row, by: bucket)
  }

  /// Forgets the chunks of files that have turned out to be others.
  func forgetChunks(of paths: [Path]) throws {
    guard !opening.isDryRun, !paths.isEmpty else { return }
    try begin()
    for path in paths { try index.forgetChunks(of: path.key) }
    try commit()
  }

  /// Has the next scan read a file again, to be made durable with what follows: it has turned out to hold
  /// something else than its status says, as after a write that was under way when it was read.
  func doubt(_ path: Path) throws {
    guard let entry = try entry(at: path)?.entry, entry.attributes.kind == .file else { return }
    noteChanges(at: [path])
    try begin()
    try index.update([Recorded(entry: entry, stamp: .unknown)])
  }

  /// Notes what a file has turned out to hold when it was sent.
  func learn(_ entry: Entry, _ status: Status, _ chunks: ChunkList?) throws {
    let stamp = clock.isRacy(status) ? Stamp.unknown : Stamp(of: status)
    learnt.append(Recorded(entry: entry, stamp: stamp))
    learntCount += 1
    if let chunks { learntChunks.append(KeptChunks(chunks, of: entry)) }
    // Some megabytes of either.
    let isMuch = learntChunks.reduce(0) { $0 + $1.chunks.count } >= 1 << 18
    if isMuch || learnt.count == 4096 { try recordLearnt() }
  }

  /// Records what has been learnt.
  func recordLearnt() throws {
    try record(learnt, learntChunks)
    learnt = []
    learntChunks = []
  }
}

extension [Recorded] {
  /// Whether these are in key order, each path once.
  fileprivate var isAscending: Bool {
    indices.dropFirst().allSatisfy { self[$0 - 1].entry.path < self[$0].entry.path }
  }
}
