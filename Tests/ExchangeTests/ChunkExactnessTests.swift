import Chunks
import TestSupport
import Testing

@testable import Exchange

/// What is offered can be put together from what the destination has and what it asks for.
@Suite struct ChunkExactnessTests {
  @Test(arguments: [2, 5, 32], SplitMix.seeds)
  func `the new content is put together from the old ones and the gaps`(
    fanout: Int, seed: UInt64
  ) throws {
    var random = SplitMix(seed: seed)
    let world = ChunkWorld(fanout: fanout)
    for number in 0..<60 {
      let trials = (0...random.below(3)).map { _ in
        ChunkTrial.random(number % 20 == 0 ? 5000 : 400, using: &random)
      }
      let order = random.next()
      guard let flaw = Self.flaw(trials, in: world, order) else { continue }
      let smallest = shrunk(trials, by: \.smaller) { Self.flaw($0, in: world, order) != nil }
      Issue.record(
        """
        seed \(seed), fanout \(fanout), order \(order): \(flaw)
        smallest: \(smallest), \(Self.flaw(smallest, in: world, order) ?? "")
        """)
      return
    }
  }

  /// What is wrong with how contents are put together; nil if nothing is.
  private static func flaw(_ trials: [ChunkTrial], in world: ChunkWorld, _ order: UInt64) -> String?
  {
    var random = SplitMix(seed: order)
    do {
      let meeting = try ChunkMeeting(trials, in: world, using: &random)
      for (content, trial) in trials.enumerated() {
        let gaps = meeting.gaps[content]
        if trial.isRefused {
          guard gaps.isEmpty else { return "a refused content is sent" }
          continue
        }
        guard meeting.chunks[content] == world.chunks(of: trial.new) else {
          return "other chunks than were listed"
        }
        let recipe = meeting.recipes[content]
        guard recipe.gaps.map(\.range) == gaps else { return "the ends disagree on the gaps" }
        guard rebuilt(trial, in: world, by: [recipe]) == world.bytes(of: trial.new) else {
          return "another content"
        }
        let missing = lacking(trial, in: world)
        guard missing.flatMap(Recipe.gaps(cutting:)) == gaps else {
          return "too much or too little is sent"
        }
      }
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [2, 5, 32], SplitMix.seeds)
  func `so it is part by part`(fanout: Int, seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let world = ChunkWorld(fanout: fanout)
    for number in 0..<60 {
      let trial = ChunkTrial.random(number % 20 == 0 ? 5000 : 400, using: &random)
      let order = random.next()
      guard let flaw = Self.flawOfParts(trial, in: world, order) else { continue }
      let smallest = shrunk(trial, by: \.smaller) { Self.flawOfParts($0, in: world, order) != nil }
      Issue.record(
        """
        seed \(seed), fanout \(fanout), order \(order): \(flaw)
        smallest: \(smallest), \(Self.flawOfParts(smallest, in: world, order) ?? "")
        """)
      return
    }
  }

  /// What is wrong with how a content is put together part by part; nil if nothing is.
  private static func flawOfParts(
    _ trial: ChunkTrial, in world: ChunkWorld, _ order: UInt64
  ) -> String? {
    var random = SplitMix(seed: order)
    let new = world.chunks(of: trial.new)
    let bases = trial.olds.map { ChunkLookup(ChunkTree(world.chunks(of: $0))) }
    var cutter = PartCutter()
    var meeting = ChunkMeeting()
    var listed = ChunkList()
    var part = ChunkList()
    do {
      for chunk in 0..<new.count {
        part.append(new.fingerprints[chunk], byteCount: new.bytes(of: chunk).count)
        let isLast = chunk == new.count - 1
        // Some wait for others, and are offered together.
        guard cutter.endsPart(after: new.fingerprints[chunk]) && random.below(3) > 0 || isLast
        else { continue }
        try meeting.meet(
          part: part, from: listed.byteCount, of: new.byteCount, bases: bases,
          isRefused: trial.isRefused, using: &random)
        listed.append(chunksOf: part)
        part = ChunkList()
      }
    } catch {
      return "\(error)"
    }
    if trial.isRefused { return meeting.gaps.contains { !$0.isEmpty } ? "it is sent" : nil }
    var understood = ChunkList()
    for chunks in meeting.chunks { understood.append(chunksOf: chunks ?? ChunkList()) }
    guard understood == new else { return "other chunks than were listed" }
    guard meeting.recipes.flatMap({ $0.gaps.map(\.range) }) == meeting.gaps.flatMap({ $0 }) else {
      return "the ends disagree on the gaps"
    }
    guard rebuilt(trial, in: world, by: meeting.recipes) == world.bytes(of: trial.new) else {
      return "another content"
    }
    // What comes twice in a content may be sent with each part that it is in, but no old content is.
    let known = Set(trial.olds.joined())
    let sent = Set(
      meeting.gaps.joined().flatMap { gap in
        world.bytes(of: trial.new)[Int(gap.lowerBound >> 10)..<Int(gap.upperBound >> 10)]
      })
    return sent.contains { known.contains($0 >> 6) } ? "what is there is sent" : nil
  }

  /// The content as recipes put it together; nil if they refer to what is not there.
  private static func rebuilt(
    _ trial: ChunkTrial, in world: ChunkWorld, by recipes: [Recipe]
  ) -> [Int]? {
    let sent = world.bytes(of: trial.new)
    let olds = trial.olds.map(world.bytes(of:))
    let parts = recipes.flatMap { recipe in
      recipe.copied.map { ($0.range, Optional($0)) } + recipe.gaps.map { ($0.range, nil) }
    }
    var bytes: [Int] = []
    for (range, piece) in parts.sorted(by: { $0.0.lowerBound < $1.0.lowerBound }) {
      guard range.lowerBound == bytes.count << 10 else { return nil }
      let start = Int((piece?.start ?? range.lowerBound) >> 10)
      let source =
        switch piece?.origin {
        case nil: sent
        case .basis(let number): olds[number]
        case .itself: bytes
        }
      guard start + range.count >> 10 <= source.count else { return nil }
      bytes += source[start..<(start + range.count >> 10)]
    }
    return bytes
  }

  /// Where the chunks are that no old content has, each where it comes first.
  private static func lacking(_ trial: ChunkTrial, in world: ChunkWorld) -> [Range<Int64>] {
    var seen = Set(trial.olds.joined())
    var ranges: [Range<Int64>] = []
    var offset: Int64 = 0
    for chunk in trial.new {
      let end = offset + Int64(world.size(chunk) << 10)
      if seen.insert(chunk).inserted {
        if let last = ranges.last, last.upperBound == offset {
          ranges[ranges.count - 1] = last.lowerBound..<end
        } else {
          ranges.append(offset..<end)
        }
      }
      offset = end
    }
    return ranges
  }

  @Test func `the smallest trials that fail are found`() {
    var random = SplitMix(seed: 1)
    let trials = (0..<3).map { _ in ChunkTrial.random(200, using: &random) }
    let chunk = trials[1].new[trials[1].new.count / 2]
    let smallest = shrunk(trials, by: \.smaller) { $0.contains { $0.new.contains(chunk) } }
    #expect(smallest.count == 1 && smallest.first?.new == [chunk])
    #expect(smallest.first?.olds == [])
  }
}

extension [ChunkTrial] {
  /// Trials of which one part has been taken away, the largest parts first.
  fileprivate var smaller: some Sequence<[ChunkTrial]> {
    smaller(by: \.smaller).lazy.filter { !$0.isEmpty }
  }
}

extension ChunkTrial {
  /// A new content that has something to do with old ones.
  static func random(_ maximumCount: Int, using random: inout SplitMix) -> ChunkTrial {
    let numberCount = [3, 50, ChunkWorld.shortFrom][random.below(3)]
    func content(using random: inout SplitMix) -> SymbolicContent {
      (0..<(1 + random.below(maximumCount))).map { _ in random.below(numberCount) }
    }
    var olds = (0..<random.below(4)).map { _ in content(using: &random) }
    var new = random.below(3) == 0 ? content(using: &random) : olds.randomElement(using: &random)
    for _ in 0..<random.below(8) {
      new?.edit(with: content(using: &random), using: &random)
    }
    olds = olds.map { Self.ended($0, using: &random) }
    var wanted = new ?? content(using: &random)
    if wanted.isEmpty { wanted = [random.below(numberCount)] }
    return ChunkTrial(
      olds: olds, new: ended(wanted, using: &random), isRefused: random.below(10) == 0)
  }

  private static func ended(
    _ content: SymbolicContent, using random: inout SplitMix
  ) -> SymbolicContent {
    random.below(2) == 0 ? content : content + [ChunkWorld.shortFrom + random.below(2)]
  }

  /// Trials of which one part has been taken away.
  fileprivate var smaller: some Sequence<ChunkTrial> {
    let smallerOlds = olds.smaller(by: \.shorter).lazy.map { olds in
      ChunkTrial(olds: olds, new: new, isRefused: isRefused)
    }
    let shorterNew = new.shorter.lazy.filter { !$0.isEmpty }.map { new in
      ChunkTrial(olds: olds, new: new, isRefused: isRefused)
    }
    return [AnySequence(smallerOlds), AnySequence(shorterNew)].lazy.joined()
  }
}

extension SymbolicContent {
  /// Does what an editor of the content might do.
  fileprivate mutating func edit(with other: SymbolicContent, using random: inout SplitMix) {
    let place = random.below(count + 1)
    let end = Swift.min(count, place + random.below(40))
    switch random.below(7) {
    case 0: insert(contentsOf: other.prefix(20), at: place)
    case 1: removeSubrange(place..<end)
    case 2: replaceSubrange(place..<end, with: other.prefix(end - place))
    case 3: append(contentsOf: other)
    case 4: removeSubrange(place...)
    case 5: insert(contentsOf: self[place..<end], at: random.below(count + 1))
    default: self = Array(self[place...] + self[..<place])
    }
  }

  /// The content without one part of it, the largest parts first.
  fileprivate var shorter: some Sequence<SymbolicContent> {
    let sizes = sequence(first: count) { $0 > 1 ? $0 / 2 : nil }
    return sizes.lazy.filter { $0 > 0 }.flatMap { size in
      stride(from: 0, to: count, by: size).lazy.map { start in
        Array(self[..<start] + self[Swift.min(start + size, count)...])
      }
    }
  }
}
