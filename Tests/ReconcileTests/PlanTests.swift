import Hashing
import Replica
import Testing

@testable import Reconcile

/// Differences written down.
private struct Listed: Differences {
  var pairs: [Path: Pair<Entry?>] = [:]

  func forEach(_ body: (Path, Pair<Entry?>) throws -> Void) throws {
    for (path, pair) in pairs.sorted(by: { $0.key < $1.key }) { try body(path, pair) }
  }

  func entries(at path: Path) -> Pair<Entry?> {
    pairs[path] ?? Pair(source: nil, destination: nil)
  }
}

@Suite struct PlanTests {
  private static let first = VersionVector(Ends.source, 5)
  private static let second = VersionVector(Ends.destination, 7)

  private static func path(_ text: String) -> Path {
    Path(uncheckedKey: text.utf8.map { $0 == UInt8(ascii: "/") ? 0 : $0 })
  }

  private static func entry(
    _ path: String, _ attributes: Attributes, _ vector: VersionVector
  ) -> Entry {
    Entry(path: Self.path(path), attributes: attributes, vector: vector)
  }

  /// What the second has had for long, and what the first has done to it since.
  private static func changed(
    _ path: String, from old: Attributes?, to new: Attributes
  ) -> (Path, Pair<Entry?>) {
    let before = old.map { entry(path, $0, second) }
    let after = entry(
      path, new, (old == nil ? VersionVector() : second).raised(by: Ends.source, in: 9))
    return (Self.path(path), Pair(source: after, destination: before))
  }

  private static let file = Situation.file(byte: 1, modified: 10)
  private static let other = Situation.file(byte: 2, modified: 20)
  private static let directory = Attributes.directory(mode: 0o755)
  private static let gone = Attributes.tombstone(deleted: 90)

  private static func lines(
    _ pairs: [(Path, Pair<Entry?>)], order: [Side] = [.destination, .source],
    unknown: String? = nil
  ) throws -> (lines: [String], tally: Tally) {
    let listed = Listed(pairs: Dictionary(uniqueKeysWithValues: pairs))
    let plan = try Plan(listed, rules: .twoWay(TwoWay(policy: .keepBoth)), order: order) { path in
      unknown.map { path == Self.path($0) || path.isBelow(Self.path($0)) } ?? false
    }
    var lines: [String] = []
    for side in order {
      try plan.forEachAction(at: side) { action in
        let name = { (path: Path) in String(decoding: path.slashed, as: UTF8.self) }
        let from = action.movedFrom.map { " from \(name($0))" } ?? ""
        let away = action.isMovedAway ? " moved" : ""
        lines.append(
          "\(side == .source ? "<" : ">") \(action.decision) \(name(action.path))\(from)\(away)")
      }
    }
    return (lines, plan.tally)
  }

  @Test func `a renamed directory is moved file by file, and the old one goes last`() throws {
    let (lines, tally) = try Self.lines([
      Self.changed("d", from: Self.directory, to: Self.gone),
      Self.changed("d/one", from: Self.file, to: Self.gone),
      Self.changed("d/two", from: Self.other, to: Self.gone),
      Self.changed("e", from: nil, to: Self.directory),
      Self.changed("e/one", from: nil, to: Self.file),
      Self.changed("e/two", from: nil, to: Self.other),
    ])
    #expect(
      lines == [
        "> create e from d", "> create e/one from d/one", "> create e/two from d/two",
        "> delete d/one moved", "> delete d/two moved", "> delete d moved",
      ])
    #expect(tally.deletionCount.destination == 0)
    #expect(tally.byteCount == 0)
  }

  @Test func `of two like files the one of the same name is moved`() throws {
    let (lines, _) = try Self.lines([
      Self.changed("a", from: Self.file, to: Self.gone),
      Self.changed("b", from: Self.file, to: Self.gone),
      Self.changed("d", from: nil, to: Self.directory),
      Self.changed("d/b", from: nil, to: Self.file),
    ])
    #expect(lines == ["> create d", "> create d/b from b", "> delete a", "> delete b moved"])
  }

  @Test func `a directory is opened to more users when all else is done`() throws {
    let closed = Attributes.directory(mode: 0o700)
    let (lines, _) = try Self.lines([
      Self.changed("d", from: closed, to: Self.directory),
      Self.changed("d/e", from: .directory(mode: 0o500), to: closed),
      Self.changed("d/e/one", from: Self.file, to: Self.other),
      Self.changed("f", from: Self.directory, to: .directory(mode: 0o510)),
      Self.changed("f/two", from: nil, to: Self.other),
      Self.changed("g", from: .directory(mode: 0o710), to: .directory(mode: 0o755)),
      // Closed to some, too.
      Self.changed("g/i", from: .directory(mode: 0o710), to: .directory(mode: 0o701)),
      Self.changed("h", from: Self.file, to: Self.gone),
    ])
    #expect(
      lines == [
        "> metadata d/e", "> update d/e/one", "> metadata f", "> create f/two", "> metadata g/i",
        "> delete h", "> metadata d", "> metadata g",
      ])
  }

  @Test func `what is in a directory goes before it`() throws {
    let (lines, _) = try Self.lines([
      Self.changed("d", from: Self.directory, to: Self.gone),
      Self.changed("d/e", from: Self.directory, to: Self.gone),
      Self.changed("d/e/f", from: Self.file, to: Self.gone),
      Self.changed("d/g", from: Self.file, to: Self.gone),
      Self.changed("h", from: Self.file, to: Self.gone),
    ])
    #expect(
      lines == ["> delete d/e/f", "> delete d/e", "> delete d/g", "> delete d", "> delete h"])
  }

  @Test func `what is in a directory goes before it, whatever the other index learns`() throws {
    let deletion = Self.first.raised(by: Ends.destination, in: 9)
    // The one that deletes the directory has seen it, but not a deletion that came to nothing.
    let revived = Self.first.joined(with: VersionVector(ReplicaID(rawValue: 3), 3))
    let directory = Pair<Entry?>(
      source: Self.entry("d", Self.directory, revived),
      destination: Self.entry("d", Self.gone, deletion))
    let file = Pair<Entry?>(
      source: Self.entry("d/f", Self.file, Self.first),
      destination: Self.entry("d/f", Self.gone, deletion))
    let (lines, _) = try Self.lines([(Self.path("d"), directory), (Self.path("d/f"), file)])
    #expect(lines == ["< delete d/f", "< delete d"])
  }

  @Test func `a file takes the place of a directory when that is empty`() throws {
    let (lines, _) = try Self.lines([
      Self.changed("d", from: Self.directory, to: Self.other),
      Self.changed("d/e", from: Self.file, to: Self.gone),
    ])
    #expect(lines == ["> delete d/e", "> update d"])
  }

  @Test func `what is new in a deleted directory brings it back`() throws {
    let new = Pair<Entry?>(source: nil, destination: Self.entry("d/new", Self.file, Self.second))
    let (lines, _) = try Self.lines([
      Self.changed("d", from: Self.directory, to: Self.gone),
      Self.changed("d/old", from: Self.file, to: Self.gone),
      (Self.path("d/new"), new),
    ])
    #expect(lines == ["> delete d/old", "< create d", "< create d/new"])
  }

  @Test func `a directory stays whose content is not known`() throws {
    let (lines, _) = try Self.lines(
      [
        Self.changed("d", from: Self.directory, to: Self.gone),
        Self.changed("d/hidden", from: Self.file, to: Self.gone),
        Self.changed("d/seen", from: Self.file, to: Self.gone),
      ], unknown: "d/hidden")
    #expect(lines == ["> delete d/seen"])
  }

  @Test func `a loser is kept before it is replaced, at both ends`() throws {
    let pair = Pair<Entry?>(
      source: Self.entry("f", Self.file, Self.first),
      destination: Self.entry("f", Self.other, Self.second))
    let (lines, tally) = try Self.lines([(Self.path("f"), pair)])
    let copy = "f.sync-conflict-19700101-000000-0000000001010101"
    #expect(lines == ["> create \(copy)", "< create \(copy)", "< update f"])
    #expect(tally.conflictCount == 1)
  }

  @Test func `a loser is not kept where too many have changed its copy`() throws {
    let pair = Pair<Entry?>(
      source: Self.entry("f", Self.file, Self.first),
      destination: Self.entry("f", Self.other, Self.second))
    let copy = "f.sync-conflict-19700101-000000-0000000001010101"
    let counters = (1...UInt64(VersionVector.maximumTakenCount)).map {
      VersionVector.Counter(replica: ReplicaID(rawValue: $0 << 8), value: 1)
    }
    let many = try VersionVector(counters: counters, dots: counters)
    let kept = Pair<Entry?>(source: Self.entry(copy, Self.file, many), destination: nil)
    let (lines, tally) = try Self.lines([(Self.path("f"), pair), (Self.path(copy), kept)])
    #expect(lines == ["> create \(copy)"])
    #expect(tally.unsettledCount == 1)
  }

  /// Whatever it has seen: a version of one path says nothing of another's content.
  @Test(arguments: [
    second, first, first.joined(with: second), VersionVector(Ends.source, 4),
    VersionVector(Ends.source, 6),
  ])
  func `a loser whose place is taken stays where it is`(vector: VersionVector) throws {
    let copy = "f.sync-conflict-19700101-000000-0000000001010101"
    let pair = Pair<Entry?>(
      source: Self.entry("f", Self.file, Self.first),
      destination: Self.entry("f", Self.other, Self.second))
    let taken = Pair<Entry?>(source: nil, destination: Self.entry(copy, Self.other, vector))
    let (lines, tally) = try Self.lines([
      (Self.path("f"), pair), (Self.path(copy), taken),
    ])
    #expect(lines == ["< create \(copy)"])
    #expect(tally.unsettledCount == 1)
  }

  @Test func `what is in a directory waits with it for the place of a loser`() throws {
    let copy = "f.sync-conflict-19700101-000000-0000000001010101"
    let pair = Pair<Entry?>(
      source: Self.entry("f", Self.file, Self.first),
      destination: Self.entry("f", Self.directory, Self.second))
    let taken = Self.entry(copy, Self.other, Self.first)
    let inside = Self.entry("f/d", Self.directory, Self.second)
    let deep = Self.entry("f/d/deep", Self.other, Self.second)
    let (lines, tally) = try Self.lines([
      (Self.path("f"), pair), (Self.path(copy), Pair(source: taken, destination: taken)),
      (Self.path("f/d"), Pair(source: nil, destination: inside)),
      (Self.path("f/d/deep"), Pair(source: nil, destination: deep)),
      (Self.path("fa"), Pair(source: nil, destination: Self.entry("fa", Self.file, Self.second))),
    ])
    #expect(lines == ["< create fa"])
    #expect(tally.unsettledCount == 1)
  }

  @Test(arguments: [first, VersionVector(Ends.source, 4), VersionVector(Ends.source, 6)])
  func `a loser is kept where a copy was deleted`(vector: VersionVector) throws {
    let copy = "f.sync-conflict-19700101-000000-0000000001010101"
    let pair = Pair<Entry?>(
      source: Self.entry("f", Self.file, Self.first),
      destination: Self.entry("f", Self.other, Self.second))
    let deleted = Self.entry(copy, Self.gone, vector)
    let (lines, tally) = try Self.lines([
      (Self.path("f"), pair), (Self.path(copy), Pair(source: deleted, destination: deleted)),
    ])
    #expect(lines == ["> create \(copy)", "< create \(copy)", "< update f"])
    #expect(tally.conflictCount == 1)
  }

  @Test(arguments: [([.destination], 1, 1), ([.source], 1, 1)] as [([Side], Int, Int)])
  func `one direction leaves what goes the other way`(
    order: [Side], done: Int, left: Int
  ) throws {
    let mine = Pair<Entry?>(source: nil, destination: Self.entry("b", Self.file, Self.second))
    let (lines, tally) = try Self.lines(
      [Self.changed("a", from: nil, to: Self.file), (Self.path("b"), mine)], order: order)
    #expect(lines.count == done)
    #expect(tally.leftCount == left)
  }

  @Test(
    arguments: [
      Rules.oneWay(OneWay(deletes: true, destination: Ends.destination, epoch: 8, now: 100)),
      .oneWay(OneWay(deletes: false, destination: Ends.destination, epoch: 8, now: 100)),
    ] + ConflictPolicy.allCases.map { Rules.twoWay(TwoWay(policy: $0)) })
  func `copying all is what is counted and done where one has nothing`(rules: Rules) throws {
    let copy = "d/f.sync-conflict-19700101-000000-0000000001010101"
    let link = try #require(Situation.link.entry()).attributes
    let held: [(String, Attributes)] = [
      ("d", Self.directory), ("d/f", Self.file), (copy, Self.other), ("l", link),
      ("z", .directory(mode: 0)),
    ]
    // A source that has nothing is copied to by no rule but those of a sync.
    var isTwoWay = false
    if case .twoWay = rules { isTwoWay = true }
    for empty in isTwoWay ? Side.allCases : [.destination] {
      let listed = Listed(
        pairs: Dictionary(
          uniqueKeysWithValues: held.map { path, attributes in
            var pair = Pair<Entry?>(source: nil, destination: nil)
            pair[empty.other] = Self.entry(path, attributes, Self.first)
            return (Self.path(path), pair)
          }))
      for order in [[empty], [empty, empty.other]] {
        let counted = try Plan(listed, rules: rules, order: order) { _ in false }
        let all = Tally(copying: 5, byteCount: 8, to: empty)
        #expect(counted.tally == all)
        let known = try Plan(listed, rules: rules, order: order, copying: all) { _ in false }
        for side in Side.allCases {
          #expect(try Self.actions(of: known, at: side) == Self.actions(of: counted, at: side))
        }
        #expect(try Self.actions(of: known, at: empty).count == 5)
      }
    }
  }

  private static func actions(of plan: Plan, at side: Side) throws -> [Action] {
    var actions: [Action] = []
    try plan.forEachAction(at: side) { actions.append($0) }
    return actions
  }
}
