import Hashing
import Testing

@testable import Replica

@Suite struct ObserverTests {
  private static let me = ReplicaID(rawValue: 1)
  private static let path = Path(uncheckedKey: [0x61])
  private static let old = Attributes.directory(mode: 0o755)
  private static let new = Attributes.directory(mode: 0o700)
  private static let known = VersionVector(ReplicaID(rawValue: 2), 4)
  private static let day: Int64 = 86_400 * 1_000_000_000

  private static func observer(
    forgets: Bool = false, lastTrusted: VersionVector.Counter? = nil,
    expected: [Path: Entry] = [:]
  ) -> Observer {
    Observer(
      replica: me, epoch: 9, now: 10 * day, doubtsRemembered: forgets, lastTrusted: lastTrusted,
      expected: expected)
  }

  @Test func `what is as it was has the version that it had`() {
    let vector = Self.observer().found(
      Self.old, at: Self.path, remembered: (Self.old, Self.known))
    #expect(vector == Self.known)
  }

  @Test func `a change is counted by the epoch`() {
    let changed = Self.observer().found(
      Self.new, at: Self.path, remembered: (Self.old, Self.known))
    #expect(changed == Self.known.raised(by: Self.me, in: 9))
    let found = Self.observer().found(Self.new, at: Self.path, remembered: nil)
    #expect(found == VersionVector(Self.me, 9))
  }

  @Test func `what has gone is deleted, unless what is remembered proves nothing`() throws {
    let missing = try #require(Self.observer().missing(Self.path, .file, Self.known))
    #expect(missing.attributes == .tombstone(deleted: 10 * Self.day))
    #expect(missing.vector == Self.known.raised(by: Self.me, in: 9))
    #expect(Self.observer(forgets: true).missing(Self.path, .file, Self.known) == nil)
  }

  @Test(arguments: [(4, false), (5, false), (6, false), (6, true)] as [(Int64, Bool)])
  func `of a state that proves nothing only what is younger and whole was made`(
    modified: Int64, mayBeTorn: Bool
  ) {
    let doubting = Observer(
      replica: Self.me, epoch: 9, now: 10 * Self.day, doubtsRemembered: true,
      doubtsFound: mayBeTorn)
    let remembered = Attributes.file(mode: 0o644, size: 1, modified: 5, digest: .zero)
    #expect(
      doubting.found(remembered, at: Self.path, remembered: (remembered, Self.known)) == Self.known)
    let edited = Attributes.file(mode: 0o644, size: 2, modified: modified, digest: .zero)
    let vector = doubting.found(edited, at: Self.path, remembered: (remembered, Self.known))
    let isMadeOfIt = modified > 5 && !mayBeTorn
    #expect(
      vector
        == (isMadeOfIt ? Self.known.raised(by: Self.me, in: 9) : VersionVector(Self.me, 9)))
    let directory = Attributes.directory(mode: 0o700)
    #expect(
      doubting.found(directory, at: Self.path, remembered: (remembered, Self.known))
        == VersionVector(Self.me, 9))
  }

  @Test func `what a killed run was bringing about is no user's doing`() throws {
    let later = Self.known.raised(by: ReplicaID(rawValue: 2), in: 8)
    let expected = Entry(path: Self.path, attributes: Self.new, vector: later)
    let observer = Self.observer(expected: [Self.path: expected])
    for remembered in [(Self.old, Self.known), nil] {
      #expect(observer.found(Self.new, at: Self.path, remembered: remembered) == later)
    }
    let edited = Attributes.directory(mode: 0o711)
    #expect(
      observer.found(edited, at: Self.path, remembered: (Self.old, Self.known))
        == Self.known.raised(by: Self.me, in: 9))
    let gone = Entry(path: Self.path, attributes: .tombstone(deleted: 3), vector: later)
    let missing = try #require(
      Self.observer(expected: [Self.path: gone]).missing(Self.path, .file, Self.known))
    #expect(missing.vector == later && missing.attributes == gone.attributes)
  }

  @Test func `what a killed run has taken away and a user has put back is the user's doing`() {
    let later = Self.known.raised(by: ReplicaID(rawValue: 2), in: 8)
    let file = Attributes.file(mode: 0o644, size: 1, modified: 5, digest: .zero)
    let other = Attributes.file(mode: 0o644, size: 2, modified: 5, digest: .zero)
    for attributes in [Attributes.tombstone(deleted: 3), other, file] {
      let observer = Self.observer(
        expected: [Self.path: Entry(path: Self.path, attributes: attributes, vector: later)])
      func found(isMadeAnew: Bool) -> VersionVector {
        observer.found(
          file, at: Self.path, remembered: (file, Self.known), isMadeAnew: { isMadeAnew })
      }
      #expect(found(isMadeAnew: false) == Self.known)
      let mine = Self.known.raised(by: Self.me, in: 9)
      #expect(found(isMadeAnew: true) == (attributes == file ? later : mine))
    }
    let gone = Entry(path: Self.path, attributes: .tombstone(deleted: 3), vector: later)
    for observer in [
      Self.observer(), Self.observer(forgets: true, expected: [Self.path: gone]),
    ] {
      #expect(
        observer.found(
          file, at: Self.path, remembered: (file, Self.known), isMadeAnew: { true }) == Self.known)
    }
  }

  @Test func `a directory that went for a file that has not come is forgotten, not deleted`() {
    let later = Self.known.raised(by: ReplicaID(rawValue: 2), in: 8)
    let file = Attributes.file(mode: 0o644, size: 1, modified: 5, digest: .zero)
    let observer = Self.observer(
      expected: [Self.path: Entry(path: Self.path, attributes: file, vector: later)])
    #expect(observer.missing(Self.path, .directory, Self.known) == nil)
    #expect(
      observer.missing(Self.path, .file, Self.known)?.vector
        == Self.known.raised(by: Self.me, in: 9))
  }

  @Test(
    arguments: [
      (1_700_000_001_987_654_321, 1_700_000_000_000_000_000),
      (1_700_000_001_987_654_321, 1_700_000_001_000_000_000),
      (1_700_000_001_987_654_321, 1_700_000_001_980_000_000),
      (1_700_000_001_987_654_321, 1_700_000_001_987_654_300), (-1, -1_000_000_000), (-1, -100),
    ] as [(Int64, Int64)])
  func `a time is what a coarser file system keeps of it, and no other`(exact: Int64, kept: Int64) {
    func file(_ modified: Int64) -> Attributes {
      .file(mode: 0o644, size: 1, modified: modified, digest: .zero)
    }
    #expect(file(exact).hasTime(exact) && file(exact).hasTime(kept))
    #expect(!file(kept).hasTime(exact) && !file(exact).hasTime(kept + 7))
  }

  @Test func `changes that may have been made twice are made anew`() {
    let own = VersionVector(ReplicaID(rawValue: 7), 6)
    for (value, isTrusted) in [(6, true), (5, false)] as [(UInt64, Bool)] {
      let last = VersionVector.Counter(replica: ReplicaID(rawValue: 7), value: value)
      let vector = Self.observer(lastTrusted: last).found(
        Self.old, at: Self.path, remembered: (Self.old, own))
      #expect(vector == (isTrusted ? own : VersionVector(Self.me, 9)))
    }
  }

  @Test func `a tombstone stays a day, and until it has been seen`() {
    var knowledge = Knowledge()
    knowledge.note(Self.me, in: 9, now: 0)
    knowledge.note(ReplicaID(rawValue: 2), in: 4, now: 0)
    let vector = VersionVector(Self.me, 9)
    let keeps = { (knowledge: Knowledge, age: Int64) in
      Observer(replica: Self.me, epoch: 9, now: 10 * Self.day, knowledge: knowledge)
        .keeps(tombstone: .tombstone(deleted: 10 * Self.day - age), vector)
    }
    #expect(keeps(knowledge, 2 * Self.day))
    knowledge.noteEqual(Self.me, ReplicaID(rawValue: 2))
    #expect(keeps(knowledge, Self.day / 2))
    #expect(!keeps(knowledge, 2 * Self.day))
  }
}
