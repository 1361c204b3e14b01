internal import Chunks
internal import Exchange
internal import Replica
internal import Transfer
internal import Wire

/// Large files on offer that the destination puts together, one after the other; what it asks for
/// is one request ahead of what comes.
struct Rebuilding {
  /// A file on offer.
  struct File {
    /// What is to be done with it; nil if nothing is.
    fileprivate(set) var step: Destination.Step?
    fileprivate(set) var bases: [Basis]
    fileprivate(set) var rebuilder: Rebuilder?
    /// Its chunks, as they were listed.
    fileprivate(set) var chunks: ChunkList?
    /// Whether it is the next part of a file that was begun before.
    let isPart: Bool
    /// Whether its content has been begun.
    var isBegun: Bool
  }

  /// The most files on offer together.
  static let maximumFileCount = 64
  /// The most chunks of all old contents together: some 200 MB of memory.
  private static let maximumBasisChunkCount = 1 << 23

  private var demand = ChunkDemand()
  private(set) var files: [File] = []
  /// The file whose content comes next.
  private(set) var current = 0
  /// The file that was asked for last; nil before the first.
  private var asked: Int?
  private var isListing = false
  /// How many bytes of the contents on offer each partial file has, when all have been listed.
  private(set) var partialWorths: [(name: [UInt8], worth: Int64)] = []

  /// Adds a file on offer of `byteCount` bytes, or the `part` of it, before any of them is looked into.
  mutating func add(
    _ step: Destination.Step?, byteCount: Int64, part: Range<Int64>? = nil, level: Int,
    bases: [Basis]
  ) throws(Malformed) {
    guard !isListing, files.count < Self.maximumFileCount else { throw .order }
    try demand.add(
      byteCount: byteCount, part: part, level: level, bases: bases.map(\.lookup),
      isRefused: step == nil)
    files.append(File(step: step, bases: bases, isPart: part != nil, isBegun: part != nil))
  }

  /// How many more chunks old contents may have.
  var roomForBases: Int {
    files.reduce(Self.maximumBasisChunkCount) { room, file in
      file.bases.reduce(room) { $0 - $1.lookup.tree.chunks.count }
    }
  }

  /// Whether all files have come to their end.
  var isOver: Bool { current == files.count }

  /// Whether all of the current file has come.
  var isCurrentWhole: Bool { files[current].rebuilder?.isComplete ?? true }

  /// Answers a listing; behind the last of them with the first request, too.
  mutating func answer(_ listing: ChunkListing) throws(Malformed) -> [Frame] {
    isListing = true
    let answer = try demand.answer(listing).frame
    guard !demand.isOpen else { return [answer] }
    for index in files.indices where files[index].step != nil {
      let recipe = demand.recipe(of: index)
      for (number, basis) in files[index].bases.enumerated() {
        guard let name = basis.partialName else { continue }
        let copied = recipe.copied.filter { $0.origin == .basis(number) }
        partialWorths.append((name, copied.reduce(0) { $0 + Int64($1.range.count) }))
      }
      files[index].rebuilder = Rebuilder(recipe, from: files[index].bases)
      files[index].chunks = demand.chunks(of: index)
    }
    return [answer, request(of: 0)]
  }

  private mutating func request(of index: Int) -> Frame {
    asked = index
    return (files[index].rebuilder?.nextRequest() ?? GapRequest()).frame
  }

  /// Takes the answer to a request; returns the next one, if there is any.
  mutating func take(_ answer: PageDifferences) throws(Malformed) -> Frame? {
    guard let asked, asked == current else { throw .order }
    if files[current].rebuilder == nil {
      guard answer.flags.isEmpty else { throw .count }
    } else {
      try files[current].rebuilder?.take(answer)
    }
    let next = files[asked].rebuilder?.hasAskedAll ?? true ? asked + 1 : asked
    return next < files.count ? request(of: next) : nil
  }

  /// Calls `body` with the current file and what puts it together, unless nothing does.
  mutating func withCurrent(_ body: (inout File, inout Rebuilder) -> Void) {
    // In one place at a time, so that nothing is copied.
    guard var rebuilder = files[current].rebuilder.take() else { return }
    body(&files[current], &rebuilder)
    files[current].rebuilder = rebuilder
  }

  /// Goes on to the next file; returns the one that has come to its end, and the request for the next,
  /// if that has not been sent ahead. Refused before the file has been asked for.
  mutating func endCurrent() throws(Malformed) -> (File, Frame?) {
    guard let asked else { throw .order }
    let ended = files[current]
    // What it holds open is let go.
    files[current].rebuilder = nil
    files[current].bases = []
    files[current].step = nil
    current += 1
    return (ended, asked < current && !isOver ? request(of: current) : nil)
  }
}
