internal import Chunks
internal import Exchange
internal import Replica
internal import Transfer
internal import Wire

/// A large file that the destination is to put together from what it has and what it lacks.
struct Offered {
  let entry: Entry
  let content: OfferedContent
  let conflictCopy: Path?
  let tree: ChunkTree
}

/// How much is offered together: so much that it can be open, listed and asked for at a time.
struct OfferSize {
  /// The most files that can be asked for together.
  static let maximumFileCount = 64

  private var fileCount = 0
  private var byteCount: Int64 = 0
  private var keyByteCount = 0

  /// Counts a file.
  mutating func add(_ entry: Entry, at path: Path) {
    fileCount += 1
    byteCount = byteCount.saturatingSum(with: entry.attributes.size)
    keyByteCount += path.key.count
  }

  /// Whether it is enough: there are at most 2^21 chunks but for those of the last file, and their paths
  /// have room in a frame.
  var isFull: Bool {
    fileCount >= Self.maximumFileCount / 2
      || byteCount >= Int64(Chunker.minimumByteCount) << 21
      || keyByteCount >= Frame.maximumPayloadByteCount / 2
  }
}

extension LocalReplica {
  /// A large file as it is offered; nil if it is none, or can no longer be read as it was.
  func offered(
    _ entry: Entry, at path: Path, _ stamp: Stamp, conflictCopy: Path? = nil,
    by source: ContentSource
  ) throws -> Offered? {
    let attributes = entry.attributes
    guard attributes.kind == .file, attributes.isHashed,
      attributes.size > ContentReader.inlineByteCount,
      let content = source.reader.open(entry, at: path, stamp),
      let chunks = try index.chunks(of: path, attributes)
        ?? content.chunks(isInterrupted: { Interruption.isRequested }),
      chunks.count <= ChunkList.maximumCount
    else { return nil }
    return Offered(
      entry: entry, content: content, conflictCopy: conflictCopy, tree: ChunkTree(chunks))
  }
}

extension ContentSource {
  /// Says that a file is on offer.
  func announce(_ file: Offered) throws {
    let provision = Provision.rebuild(
      level: ChunkOffer.firstLevel(of: file.tree), sketch: file.tree.chunks.sketch)
    try send(file.entry, provision, conflictCopy: file.conflictCopy)
  }

  /// Sends what the destination lacks of each of the files that have been announced since the last time
  /// anything else was; `answer` gives the destination's next frame.
  func offer(_ files: [Offered], answer: () throws -> Frame) throws {
    try flush()
    guard !files.isEmpty else { return }
    var offer = ChunkOffer(files.map(\.tree))
    while offer.isOpen {
      while let listing = offer.nextListing() { try deliver(listing.frame) }
      try offer.take(MissingChunks(payload: try Self.payload(.missing, of: answer())))
    }
    for (index, file) in files.enumerated() {
      try sendGaps(offer.gaps(of: index), of: file, answer)
    }
  }

  /// Sends what the destination asks for of a file until it has all of `gaps`, or says that the file
  /// is no longer what it was.
  private func sendGaps(
    _ gaps: [Range<Int64>], of file: Offered, _ answer: () throws -> Frame
  ) throws {
    var rest = gaps[...]
    repeat {
      let request = try GapRequest(payload: try Self.payload(.gaps, of: answer()))
      let asked = rest.prefix(request.parts.count)
      rest = rest.dropFirst(asked.count)
      guard asked.count == request.parts.count, !asked.isEmpty || gaps.isEmpty else {
        throw Malformed.count
      }
      guard let (flags, wanted) = try differences(of: request, in: asked, of: file.content) else {
        return try deliver(Frame(.content, []))
      }
      try deliver(PageDifferences(flags).frame)
      guard try send(wanted, of: file.content) else {
        try deliver(Frame(.content, []))
        // What is left has been asked for by now.
        if !rest.isEmpty { _ = try Self.payload(.gaps, of: answer()) }
        return
      }
    } while !rest.isEmpty
  }

  /// Which of the pages that the destination has described differ, and the ranges that it is to be
  /// sent; nil if the file can no longer be read as it was.
  private func differences(
    of request: GapRequest, in gaps: ArraySlice<Range<Int64>>, of content: OfferedContent
  ) throws(Malformed) -> (flags: [Bool], wanted: [Range<Int64>])? {
    var flags: [Bool] = []
    var wanted: [Range<Int64>] = []
    for (gap, described) in zip(gaps, request.parts) {
      var start = gap.lowerBound
      if !described.isEmpty {
        guard let bytes = content.read(gap) else { return nil }
        let pages = Recipe.pages(of: gap, in: bytes.span)
        guard described.count <= pages.count else { throw .count }
        for ((range, fingerprint), theirs) in zip(pages, described) {
          flags.append(fingerprint != theirs)
          if fingerprint != theirs { wanted.append(range) }
          start = range.upperBound
        }
      }
      if start < gap.upperBound { wanted.append(start..<gap.upperBound) }
    }
    return (flags, wanted)
  }

  /// Sends ranges of a file, one behind the other; false if it can no longer be read as it was.
  private func send(_ ranges: [Range<Int64>], of content: OfferedContent) throws -> Bool {
    var piece: [UInt8] = []
    for range in ranges {
      var start = range.lowerBound
      while start < range.upperBound {
        let room = Int64(Frame.maximumPayloadByteCount - piece.count)
        let part = start..<min(range.upperBound, start + room)
        guard let bytes = content.read(part) else { return false }
        if piece.isEmpty { piece = bytes } else { piece += bytes }
        start = part.upperBound
        if piece.count == Frame.maximumPayloadByteCount {
          try deliverContent(piece)
          piece = []
        }
      }
    }
    if !piece.isEmpty { try deliverContent(piece) }
    return true
  }

  private static func payload(_ kind: Frame.Kind, of frame: Frame) throws(Malformed) -> [UInt8] {
    guard frame.kind == kind else { throw .kind }
    return frame.payload
  }
}
