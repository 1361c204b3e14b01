internal import Chunks
internal import FileSystem
internal import Hashing
internal import Replica
internal import Transfer
internal import Wire

extension Destination {
  /// The most other files that a large file is looked for in.
  private static let likeCount = 2

  /// Notes a large file on offer, to be put together when its chunks are known.
  func noteOffer(_ change: Change, _ step: Step?, level: Int, sketch: [UInt64]) throws {
    let attributes = change.entry.attributes
    guard attributes.kind == .file, attributes.isHashed, attributes.size > 0 else {
      throw Malformed.kind
    }
    var offered = rebuilding ?? Rebuilding()
    let bases =
      try step == nil
      ? [] : bases(for: change.entry, step?.before, sketch, room: offered.roomForBases)
    try offered.add(step, byteCount: attributes.size, level: level, bases: bases)
    rebuilding = offered
  }

  /// What the destination has that a new content is likely to be made of, of at most `room` chunks: the
  /// old version first, the one that it is compared with in place.
  func bases(
    for entry: Entry, _ before: Entry?, _ sketch: [UInt64], room: Int
  ) throws -> [Basis] {
    var paths: [Path] = []
    if let before, before.attributes.kind == .file { paths.append(before.path) }
    for path in try replica.index.paths(like: sketch, limit: Self.likeCount + 1)
    where path != entry.path {
      paths.append(path)
    }
    var bases: [Basis] = []
    var room = room
    func add(
      _ file: consuming File, at path: Path?, partialName: [UInt8]? = nil, _ known: ChunkList?
    ) {
      guard
        let chunks = known
          ?? ChunkList(reading: file, isInterrupted: { Interruption.isRequested }),
        chunks.count <= room
      else { return }
      room -= chunks.count
      bases.append(Basis(file, at: path, partialName: partialName, chunks))
    }
    for path in paths.prefix(1 + Self.likeCount) {
      guard let old = try replica.entry(at: path)?.entry, old.attributes.kind == .file,
        old.attributes.size > 0
      else { continue }
      // What cannot be opened is no basis; the content is sent then.
      guard let file = try? replica.root.openFile(path) else { continue }
      add(file, at: path, try replica.index.chunks(of: path, old.attributes))
    }
    for name in writer.partialNames(of: entry.path) {
      // A part of it, or of another version not much longer; not whatever somebody has put there.
      guard let partial = writer.openPartial(name),
        partial.statusAtOpening?.size ?? 0
          <= entry.attributes.size.saturatingSum(with: .init(64 << 20))
      else { continue }
      add(partial, at: nil, partialName: name, nil)
    }
    return bases
  }

  /// Takes a frame about large files on offer; returns the answers.
  func accept(offered frame: Frame) throws -> [Frame] {
    switch frame.kind {
    case .chunks:
      let listing = try ChunkListing(payload: frame.payload)
      guard let answers = try rebuilding?.answer(listing) else { throw Malformed.order }
      notePartials(rebuilding?.partialWorths ?? [])
      return answers
    case .pages:
      let differences = try PageDifferences(payload: frame.payload)
      let request = try rebuilding?.take(differences)
      rebuilding?.withCurrent { file, rebuilder in
        if !file.isBegun, let step = file.step {
          file.isBegun = true
          let chunks = file.chunks
          rebuilder.attempt { () throws(StagingFailure) in try begin(step, chunks: chunks) }
        }
        rebuilder.copy(by: &writer)
      }
      return try (request.map { [$0] } ?? []) + endIfWhole()
    case .content where frame.payload.isEmpty:
      return try endCurrent(isWhole: false)
    case .content:
      rebuilding?.withCurrent { _, rebuilder in rebuilder.write(frame.payload, by: &writer) }
      return try endIfWhole()
    default: throw Malformed.kind
    }
  }

  /// Notes how much of a content partial files have, when all of it has been listed.
  private func notePartials(_ worths: [(name: [UInt8], worth: Int64)]) {
    for (name, worth) in worths {
      guard parts != nil else {
        writer.notePartial(name, worth: worth)
        continue
      }
      parts?.partialWorths[name, default: 0] += worth
      if streamedByteCount == streaming?.change.entry.attributes.size {
        writer.notePartial(name, worth: parts?.partialWorths[name] ?? worth)
      }
    }
  }

  private func endIfWhole() throws -> [Frame] {
    rebuilding?.isCurrentWhole ?? false ? try endCurrent(isWhole: true) : []
  }

  /// Ends the current file, of which nothing more comes; returns the request for the next one.
  private func endCurrent(isWhole: Bool) throws -> [Frame] {
    guard let (file, request) = try rebuilding?.endCurrent() else { throw Malformed.order }
    if rebuilding?.isOver ?? true { rebuilding = nil }
    if file.isPart {
      try end(part: file, isWhole: isWhole)
    } else if let step = file.step, let rebuilder = file.rebuilder {
      if let failure = rebuilder.failure {
        try drop(step, of: file.bases, failure)
      } else if isWhole {
        try finish(file, step, matchedByteCount: rebuilder.copiedByteCount)
      } else {
        writer.leave()
        refuse(step.path, .changed, 0)
      }
    }
    return request.map { [$0] } ?? []
  }

  private func finish(_ file: Rebuilding.File, _ step: Step, matchedByteCount: Int64) throws {
    do throws(StagingFailure) {
      step.staged = try writer.finish()
      step.chunks = writer.takeChunks()
    } catch {
      return try drop(step, of: file.bases, error)
    }
    noteStaged(step, matchedByteCount: matchedByteCount)
    try add(step)
  }

  /// Gives a file up that was put together of `bases`.
  func drop(_ step: Step, of bases: [Basis], _ failure: StagingFailure) throws {
    // What there is of it stays for the next run.
    if case .interrupted = failure { throw SessionError.interrupted }
    writer.abandon()
    // What was copied is not what it was taken for, if the source tells the truth.
    if case .mismatch = failure { try replica.forgetChunks(of: bases.compactMap(\.path)) }
    try setAside(step.path, failure)
  }
}
