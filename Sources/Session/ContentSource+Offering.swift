internal import Chunks
internal import Exchange
internal import Replica
internal import Transfer
internal import Wire

extension ContentSource {
  /// Says that a file is on offer.
  func announce(_ file: Offered) throws {
    let provision = Provision.rebuild(
      level: ChunkOffer.firstLevel(of: file.tree), sketch: file.tree.chunks.sketch)
    try send(file.entry, provision, conflictCopy: file.conflictCopy)
  }

  /// Sends what the destination lacks of each of the files that have been announced since the last time
  /// anything else was; `answer` gives the destination's next frame, and `ended` is told of each file
  /// that is done with.
  func offer(
    _ files: [Offered], ended: (Offered) -> Void = { _ in }, answer: () throws -> Frame
  ) throws {
    try flush()
    guard !files.isEmpty else { return }
    var offer = ChunkOffer(files.map(\.tree))
    try compare(&offer, answer)
    for (index, file) in files.enumerated() {
      try sendGaps(offer.gaps(of: index), of: file.content, answer)
      ended(file)
    }
  }

  func compare(_ offer: inout ChunkOffer, _ answer: () throws -> Frame) throws {
    while offer.isOpen {
      while let listing = offer.nextListing() { try deliver(listing.frame) }
      try offer.take(MissingChunks(payload: try Self.payload(.missing, of: answer())))
    }
  }

  /// Sends what the destination asks for of a file until it has all of `gaps`, or says that the file
  /// is no longer what it was; returns false then.
  @discardableResult
  func sendGaps(
    _ gaps: [Range<Int64>], of content: OfferedContent, _ answer: () throws -> Frame
  ) throws -> Bool {
    var answers = GapAnswers(gaps)
    repeat {
      let request = try GapRequest(payload: try Self.payload(.gaps, of: answer()))
      guard let (differences, wanted) = try answers.answer(request, reading: content.read) else {
        try deliver(Frame(.content, []))
        return false
      }
      try deliver(differences.frame)
      guard try send(wanted, of: content) else {
        try deliver(Frame(.content, []))
        // What is left has been asked for by now.
        if !answers.isOver { _ = try Self.payload(.gaps, of: answer()) }
        return false
      }
    } while !answers.isOver
    return true
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
        reach(start)
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
