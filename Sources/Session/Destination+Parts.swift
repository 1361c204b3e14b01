internal import Chunks
internal import Hashing
internal import Replica
internal import Transfer
internal import Wire

/// What a file that comes in parts is put together of.
struct PartedFile {
  /// What the destination has of it.
  let bases: [Basis]
  /// The chunks that have been listed; nil if they are not known, or too many.
  var chunks: ChunkList? = ChunkList()
  /// How many bytes were here already.
  var matchedByteCount: Int64 = 0
  /// How many of them each partial file has.
  var partialWorths: [[UInt8]: Int64] = [:]

}

extension Destination {
  /// Begins a file that is still being hashed where it comes from; with no step it is taken and dropped.
  func beginParts(_ step: Step?, _ change: Change) throws {
    let attributes = change.entry.attributes
    guard !attributes.isHashed, attributes.size > 0 else { throw Malformed.kind }
    streaming = (step, change)
    streamedByteCount = 0
    let bases =
      try step == nil
      ? [] : self.bases(for: change.entry, step?.before, [], room: Rebuilding().roomForBases)
    parts = PartedFile(bases: bases)
    guard let step else { return }
    do throws(StagingFailure) {
      // Its chunks will be listed.
      try begin(step, chunks: ChunkList())
    } catch {
      try failParts(error)
    }
  }

  /// Takes the next part of the file, which is put together before another comes.
  func accept(part: ContentPart) throws {
    guard let (step, change) = streaming, let parts else { throw Malformed.order }
    let leftByteCount = change.entry.attributes.size - streamedByteCount
    guard part.byteCount <= leftByteCount,
      part.byteCount >= max(1, min(leftByteCount, Int64(Chunker.minimumByteCount)))
    else { throw Malformed.count }
    let range = streamedByteCount..<(streamedByteCount + part.byteCount)
    var offered = Rebuilding()
    try offered.add(
      step, byteCount: change.entry.attributes.size, part: range, level: part.level,
      bases: parts.bases)
    rebuilding = offered
    streamedByteCount = range.upperBound
  }

  /// Ends a part.
  func end(part: Rebuilding.File, isWhole: Bool) throws {
    if part.step != nil, let failure = part.rebuilder?.failure { try failParts(failure) }
    guard isWhole else { return try accept(piece: []) }
    guard let rebuilder = part.rebuilder, rebuilder.failure == nil else { return }
    parts?.matchedByteCount += rebuilder.copiedByteCount
    guard let listed = part.chunks, let count = parts?.chunks?.count,
      count + listed.count <= ChunkList.maximumCount
    else {
      parts?.chunks = nil
      return
    }
    parts?.chunks?.append(chunksOf: listed)
  }

  /// Takes the digest of the file behind its last part.
  func finishParts(_ step: Step, _ digest: Digest) throws {
    guard let parts = parts.take() else { throw Malformed.order }
    step.result.attributes = step.result.attributes.hashed(digest)
    do throws(StagingFailure) {
      step.staged = try writer.finish(digest)
      // It has not looked for any.
      _ = writer.takeChunks()
    } catch {
      self.parts = parts
      return try failParts(error)
    }
    step.chunks = parts.chunks
    noteStaged(step, matchedByteCount: parts.matchedByteCount)
    try add(step)
  }

  /// Gives the file up; what is still to come of it is taken and dropped.
  private func failParts(_ failure: StagingFailure) throws {
    guard let (step, change) = streaming, let step else { return }
    streaming = (nil, change)
    try drop(step, of: parts?.bases ?? [], failure)
  }
}
