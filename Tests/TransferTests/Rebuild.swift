import Chunks
import Exchange
import FileSystem
import Replica
import TestSupport
import Transfer
import Wire

/// A content that is put together in a stage, from old ones and from what a source in memory sends.
struct Rebuild {
  let new: [UInt8]
  let bases: [Basis]
  let recipe: Recipe
  /// What is done to an answer of the source on its way, and to the content behind it.
  var tamper: (inout PageDifferences, inout [UInt8]) -> Void = { _, _ in }
  /// How many bytes the source has sent.
  private(set) var sentByteCount: Int64 = 0
  /// How many gaps each request had.
  private(set) var gapCounts: [Int] = []

  /// Compares the chunks of `new` with those of `bases`, as both ends would.
  init(_ new: [UInt8], from bases: [Basis]) throws {
    self.new = new
    self.bases = bases
    guard !new.isEmpty else {
      recipe = Recipe([], byteCount: 0, formerByteCount: bases.first?.lookup.tree.chunks.byteCount)
      return
    }
    let tree = ChunkTree(ChunkList(of: new))
    var offer = ChunkOffer([tree])
    var demand = ChunkDemand()
    try demand.add(
      byteCount: tree.chunks.byteCount, level: ChunkOffer.firstLevel(of: tree),
      bases: bases.map(\.lookup))
    while let listing = offer.nextListing() { try offer.take(demand.answer(listing)) }
    recipe = demand.recipe(of: 0)
    guard offer.gaps(of: 0) == recipe.gaps.map(\.range) else { throw Malformed.order }
  }

  /// Goes by a recipe that is given.
  init(_ new: [UInt8], by recipe: Recipe, from bases: [Basis]) {
    self.new = new
    self.recipe = recipe
    self.bases = bases
  }

  /// Puts the content together; `random` says how much is asked for ahead, and how content is cut into
  /// pieces. Returns what has done it, at its end, or how it failed.
  @discardableResult
  mutating func run(
    by writer: inout ContentWriter, using random: inout SplitMix
  ) throws -> Rebuilder {
    var rebuilder = Rebuilder(recipe, from: bases)
    var answers = GapAnswers(recipe.gaps.map(\.range))
    try writer.begin(fileAttributes(new))
    var requests = [rebuilder.nextRequest()]
    while !requests.isEmpty {
      while !rebuilder.hasAskedAll, random.below(2) == 0 {
        requests.append(rebuilder.nextRequest())
      }
      let request = try GapRequest(payload: requests.removeFirst().frame.payload)
      gapCounts.append(request.gaps.count)
      guard
        let (differences, wanted) = try answers.answer(
          request, reading: { Array(new[Int($0.lowerBound)..<Int($0.upperBound)]) })
      else { throw Malformed.order }
      var answer = differences
      var content = wanted.flatMap { new[Int($0.lowerBound)..<Int($0.upperBound)] }
      tamper(&answer, &content)
      sentByteCount += Int64(content.count)
      try rebuilder.take(PageDifferences(payload: answer.frame.payload))
      if requests.isEmpty, !rebuilder.hasAskedAll { requests.append(rebuilder.nextRequest()) }
      rebuilder.copy(by: &writer)
      try Self.write(content, to: &rebuilder, by: &writer, using: &random)
    }
    return rebuilder
  }

  private static func write(
    _ content: [UInt8], to rebuilder: inout Rebuilder, by writer: inout ContentWriter,
    using random: inout SplitMix
  ) throws {
    var rest = content[...]
    while !rest.isEmpty {
      guard !rebuilder.isComplete else { throw StagingFailure.mismatch }
      let piece = rest.prefix(1 + random.below([10, 5000, 300_000][random.below(3)]))
      rebuilder.write(Array(piece), by: &writer)
      rest = rest.dropFirst(piece.count)
    }
  }
}

extension TemporaryDirectory {
  /// An old content; the destination knows its chunks already if they are given.
  func basis(_ content: [UInt8], _ name: String = "old", chunks: ChunkList? = nil) throws -> Basis {
    try makeFile(bytes / name, content: content)
    let file = try root().openFile(Path(name))
    guard let chunks = chunks ?? ChunkList(reading: file) else { throw Malformed.count }
    return Basis(file, at: nil, chunks)
  }

  /// What has been staged, all of it; nil if it is no file.
  func content(of staged: Staged) throws -> [UInt8]? {
    guard case .alone(let name) = staged else { return nil }
    let file = try root().openFile(Path("stage").appending(name))
    var content = [UInt8](repeating: 1, count: Int(try file.status().size) + 1)
    let count = try file.read(into: &content)
    return Array(content[..<count])
  }

  /// How many files are in the stage.
  func stagedCount() throws -> Int {
    try names(inDirectory: bytes / "stage").count
  }
}
