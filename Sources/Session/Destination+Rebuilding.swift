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
    let bases = try step == nil ? [] : bases(for: change.entry, step?.before, sketch)
    var offered = rebuilding ?? Rebuilding()
    try offered.add(change, step, level: level, bases: bases)
    rebuilding = offered
  }

  /// What the destination has that a new content is likely to be made of: the old version first, the
  /// one that it is compared with in place.
  private func bases(for entry: Entry, _ before: Entry?, _ sketch: [UInt64]) throws -> [Basis] {
    var paths: [Path] = []
    if let before, before.attributes.kind == .file { paths.append(before.path) }
    for path in try replica.index.paths(like: sketch, limit: Self.likeCount + 1)
    where path != entry.path {
      paths.append(path)
    }
    var bases: [Basis] = []
    for path in paths.prefix(1 + Self.likeCount) {
      guard let old = try replica.entry(at: path)?.entry, old.attributes.kind == .file,
        old.attributes.size > 0
      else { continue }
      // What cannot be opened is no basis; the content is sent then.
      guard let file = try? replica.root.openFile(path),
        let basis = try? Basis(file, try replica.index.chunks(of: path, old.attributes))
      else { continue }
      bases.append(basis)
    }
    return bases + writer.partials(of: entry.path)
  }

  /// Takes a frame about large files on offer; returns the answers.
  func accept(offered frame: Frame) throws -> [Frame] {
    switch frame.kind {
    case .chunks:
      let listing = try ChunkListing(payload: frame.payload)
      guard let answers = try rebuilding?.answer(listing) else { throw Malformed.order }
      return answers
    case .pages:
      let differences = try PageDifferences(payload: frame.payload)
      guard let answers = try rebuilding?.take(differences) else { throw Malformed.order }
      try rebuild { file, rebuilder, writer throws(StagingFailure) in
        if !file.isBegun {
          file.isBegun = true
          try writer.begin(
            file.change.entry.attributes, resumableAt: file.change.entry.path,
            chunks: file.chunks)
        }
        try rebuilder.copy(by: &writer)
      }
      return try answers + finishRebuilt()
    case .content:
      guard !frame.payload.isEmpty else { return try giveUpRebuilding() }
      try rebuild { _, rebuilder, writer throws(StagingFailure) in
        try rebuilder.write(frame.payload, by: &writer)
      }
      return try finishRebuilt()
    default: throw Malformed.kind
    }
  }

  /// Goes on with the current file; what goes wrong makes it one that is not put together.
  private func rebuild(
    _ body: (inout Rebuilding.File, inout Rebuilder, inout ContentWriter) throws(StagingFailure) ->
      Void
  ) throws {
    let failed = try rebuilding?.withCurrent { file, rebuilder -> Change? in
      do throws(StagingFailure) {
        try body(&file, &rebuilder, &writer)
      } catch {
        writer.abandon()
        rebuilder.abandon()
        guard file.step != nil else { return nil }
        file.step = nil
        if case .mismatch = error { return file.change }
        refuse(file.change.entry.path, error)
      }
      return nil
    }
    if let failed = failed ?? nil { unmatched.append(failed) }
  }

  /// Ends the current file if it is whole.
  private func finishRebuilt() throws -> [Frame] {
    guard let file = rebuilding?.files[rebuilding?.current ?? 0] else { throw Malformed.order }
    guard file.rebuilder?.isComplete ?? true else { return [] }
    let answers = rebuilding?.finishCurrent() ?? []
    if rebuilding?.isOver ?? true { rebuilding = nil }
    guard var step = file.step else { return answers }
    do throws(StagingFailure) {
      step.staged = try writer.finish()
      step.chunks = writer.takeChunks()
    } catch {
      if case .mismatch = error { unmatched.append(file.change) } else { refuse(step.path, error) }
      return answers
    }
    noteStaged(step, matchedByteCount: file.rebuilder?.copiedByteCount ?? 0)
    try add(step)
    return answers
  }

  /// Ends the current file, of which no more can come.
  private func giveUpRebuilding() throws -> [Frame] {
    guard let file = rebuilding?.files[rebuilding?.current ?? 0] else { throw Malformed.order }
    let answers = rebuilding?.finishCurrent() ?? []
    if rebuilding?.isOver ?? true { rebuilding = nil }
    writer.leave()
    if file.step != nil { refuse(file.change.entry.path, .changed, 0) }
    return answers
  }
}
