internal import Hashing
internal import Replica
internal import Transfer
internal import Wire

extension Destination {
  /// Begins a file whose content comes in pieces; with no step it is taken and dropped.
  func beginStreaming(_ step: Step?, _ change: Change) throws(SessionError) {
    streaming = (step, change)
    streamedByteCount = 0
    guard let step else { return }
    do throws(StagingFailure) {
      try begin(step)
    } catch {
      streaming = (nil, change)
      try refuse(step.path, error)
    }
  }

  /// Takes a piece of the file that a change announced; an empty one says that no more can come.
  func accept(piece: [UInt8]) throws {
    guard let (step, change) = streaming else { throw Malformed.order }
    if piece.isEmpty {
      streaming = nil
      parts = nil
      guard step != nil else { return }
      writer.leave()
      return refuse(change.entry.path, .changed, 0)
    }
    let attributes = change.entry.attributes
    guard parts == nil else { throw Malformed.order }
    guard attributes.isHashed || streamedByteCount < attributes.size else { throw Malformed.order }
    streamedByteCount += Int64(piece.count)
    let isLast = streamedByteCount >= attributes.size && attributes.isHashed
    if isLast { streaming = nil }
    guard let step else { return }
    do {
      try writer.write(piece)
    } catch {
      if !isLast { streaming = (nil, change) }
      return try refuse(change.entry.path, error)
    }
    if isLast {
      try stage(step) { writer throws(StagingFailure) in try writer.finish() }
    }
  }

  /// Takes the digest of the file that a change announced without, behind its last piece.
  func accept(digest: Digest) throws {
    guard let (step, change) = streaming, !change.entry.attributes.isHashed,
      streamedByteCount == change.entry.attributes.size
    else { throw Malformed.order }
    defer { streaming = nil }
    if parts != nil {
      defer { parts = nil }
      if let step { try finishParts(step, digest) }
      return
    }
    guard let step else { return }
    step.result.attributes = step.result.attributes.hashed(digest)
    try stage(step) { writer throws(StagingFailure) in try writer.finish(digest) }
  }
}
