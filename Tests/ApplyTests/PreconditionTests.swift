import Apply
import FileSystem
import Glibc
import Hashing
import Replica
import TestSupport
import Testing

/// What is not what the change was meant for stays as it is.
@Suite struct PreconditionTests {
  let tree: ApplyTree
  let staged = Array("staged".utf8)

  init() throws {
    tree = try ApplyTree()
  }

  /// What somebody does to a file behind the program's back.
  enum Meddling: CaseIterable {
    case edit, append, touch, changeMode, replaceByEqual, replaceByLink, replaceByDirectory, remove
  }

  @Test(arguments: Meddling.allCases)
  func `a file that is no longer as it was is neither replaced nor removed`(
    meddling: Meddling
  ) throws {
    try tree.make(.file, "p")
    try touch(tree.location("p"), (1_600_000_000, 5))
    let (attributes, stamp) = try tree.remembered("p")
    try meddle(meddling)
    let before = try tree.snapshot()
    let name = try tree.stageFile("new")
    _ = try tree.stageDirectory("other", mode: 0o700)
    let path = try Path("p")
    var applier = try tree.applier()
    let ofFile = refusal { () throws(Refusal) in
      _ = try applier.install(name, at: path, .present(attributes, stamp))
    }
    let ofDirectory = refusal { () throws(Refusal) in
      _ = try applier.install(
        Array("other".utf8), at: path, .present(attributes, stamp))
    }
    let ofRemoval = refusal { () throws(Refusal) in
      try applier.remove(path, attributes, stamp, stagedAs: Array("third".utf8))
    }
    #expect([ofFile, ofDirectory, ofRemoval] == [.precondition, .precondition, .precondition])
    #expect(try tree.snapshot() == before)
  }

  private func meddle(_ meddling: Meddling) throws {
    switch meddling {
    case .edit:
      try tree.make(.file, "p", "NEW")
      try touch(tree.location("p"), (1_600_000_000, 5))
    case .append:
      try tree.make(.file, "p", "older")
      try touch(tree.location("p"), (1_600_000_000, 5))
    case .touch: try touch(tree.location("p"), (1_600_000_001, 0))
    case .changeMode: try setMode(tree.location("p"), 0o600)
    case .replaceByEqual:
      try tree.make(.file, "q", "old")
      try touch(tree.location("q"), (1_600_000_000, 5))
      try #require(rename(tree.location("q").cString, tree.location("p").cString) == 0)
    case .replaceByLink:
      try tree.remove("p")
      try tree.make(.link, "p")
    case .replaceByDirectory:
      try tree.remove("p")
      try tree.make(.directory, "p")
    case .remove: try tree.remove("p")
    }
  }

  @Test(arguments: [true, false])
  func `without a stamp the content decides`(isEdited: Bool) throws {
    for name in ["p", "q"] { try tree.make(.file, name, isEdited ? "NEW" : "old") }
    let (attributes, _) = try tree.remembered("p", "old")
    let name = try tree.stageFile("staged")
    var applier = try tree.applier()
    let (first, second) = (try Path("p"), try Path("q"))
    let ofFile = refusal { () throws(Refusal) in
      _ = try applier.install(name, at: first, .present(attributes, .unknown))
    }
    let ofRemoval = refusal { () throws(Refusal) in
      try applier.remove(second, attributes, .unknown, stagedAs: Array("other".utf8))
    }
    let expected: Problem.Code? = isEdited ? .precondition : nil
    #expect(ofFile == expected && ofRemoval == expected)
    let digests = try tree.snapshot()[0].items.map(\.digest)
    let remaining = isEdited ? ["\(digest("NEW"))", "\(digest("NEW"))"] : ["\(digest("staged"))"]
    #expect(digests == remaining)
  }

  @Test(arguments: [Attributes.Kind.file, .link], [Attributes.Kind.file, .link])
  func `without a stamp another kind is another content`(
    old: Attributes.Kind, new: Attributes.Kind
  ) throws {
    try tree.make(old, "p")
    let (attributes, _) = try tree.remembered("p")
    try tree.remove("p")
    try tree.make(new, "p")
    let before = try tree.snapshot()
    let path = try Path("p")
    var applier = try tree.applier()
    let code = refusal { () throws(Refusal) in
      try applier.remove(path, attributes, .unknown, stagedAs: staged)
    }
    #expect(code == (old == new ? nil : .precondition))
    #expect(try (tree.snapshot() == before) == (old != new))
  }

  @Test func `a directory with something in it is neither replaced nor removed`() throws {
    try tree.make(.directory, "p")
    try tree.make(.file, "p/f")
    let before = try tree.snapshot()
    let (attributes, stamp) = try tree.remembered("p")
    let name = try tree.stageFile("new")
    let path = try Path("p")
    var applier = try tree.applier()
    let ofFile = refusal { () throws(Refusal) in
      _ = try applier.install(name, at: path, .present(attributes, stamp))
    }
    let ofRemoval = refusal { () throws(Refusal) in
      try applier.remove(path, attributes, stamp, stagedAs: Array("other".utf8))
    }
    #expect(ofFile == .inTheWay && ofRemoval == .notEmpty)
    #expect(try tree.snapshot() == before)
    #expect(try tree.staged() == [name])
  }

  @Test(arguments: ["../outside", "/absolute"])
  func `a parent that became a link is not followed`(target: String) throws {
    try tree.make(.directory, "d")
    try tree.make(.file, "d/f", "outside")
    let (attributes, stamp) = try tree.remembered("d/f", "outside")
    for path in ["d/f", "d"] { try tree.remove(path) }
    let absolute = tree.temporary.appending("outside")
    try tree.make(.link, "d", target == "/absolute" ? absolute : target)
    let before = try tree.snapshot()
    let name = try tree.stageFile("new")
    _ = try tree.stageDirectory("directory", mode: 0o700)
    let (inside, beside) = (try Path("d/f"), try Path("d/g"))
    let parent = Attributes.directory(mode: 0o700)
    var applier = try tree.applier()
    let codes = [
      refusal { () throws(Refusal) in
        _ = try applier.install(name, at: inside, .present(attributes, stamp))
      },
      refusal { () throws(Refusal) in _ = try applier.install(name, at: beside, .absent) },
      refusal { () throws(Refusal) in
        _ = try applier.install(Array("directory".utf8), at: beside, .absent)
      },
      refusal { () throws(Refusal) in
        try applier.remove(inside, attributes, .unknown, stagedAs: Array("other".utf8))
      },
      refusal { () throws(Refusal) in
        _ = try applier.setMetadata(of: inside, to: parent, attributes, .unknown)
      },
    ]
    #expect(codes == [.failed, .failed, .failed, .failed, .failed])
    applier.restoreDirectoryTimes()
    #expect(try tree.snapshot() == before)
  }

  /// What can be done in a directory `d`.
  enum Change: CaseIterable {
    case replacement, creation, removal, removalOfDirectory, replacementOfDirectory
    case metadata, metadataOfAnotherName, mode, move
  }

  @Test(arguments: ["outside/d", "tree/e"], Change.allCases)
  func `a directory that is moved away while its changes go on is left alone`(
    place: String, change: Change
  ) throws {
    try tree.make(.directory, "d")
    for name in ["d/first", "d/f", "beside"] { try tree.make(.file, name) }
    try tree.make(.directory, "d/empty")
    let (first, firstStamp) = try tree.remembered("d/first")
    let (attributes, stamp) = try tree.remembered("d/f")
    let (beside, besideStamp) = try tree.remembered("beside")
    let other = Attributes.file(mode: 0o501, size: 3, modified: 77, digest: digest("old"))
    let (old, new, empty) = (try Path("d/f"), try Path("d/h"), try Path("d/empty"))
    let (besidePath, directory) = (try Path("beside"), Attributes.directory(mode: 0o755))
    let gone = Array("gone".utf8)
    var applier = try tree.applier()
    // From here on it is open.
    try applier.remove(Path("d/first"), first, firstStamp, stagedAs: gone)
    try #require(
      rename(tree.temporary.appending("tree/d"), tree.temporary.appending(place)) == 0)
    let before = try tree.snapshot()
    let name = try tree.stageFile("new")
    let code = refusal { () throws(Refusal) in
      switch change {
      case .replacement: _ = try applier.install(name, at: old, .present(attributes, stamp))
      case .creation: _ = try applier.install(name, at: new, .absent)
      case .removal: try applier.remove(old, attributes, stamp, stagedAs: gone)
      case .removalOfDirectory: try applier.remove(empty, directory, .none, stagedAs: gone)
      case .replacementOfDirectory:
        _ = try applier.install(name, at: empty, .present(directory, .none))
      case .metadata: _ = try applier.setMetadata(of: old, to: other, attributes, stamp)
      case .metadataOfAnotherName:
        // It has been given what it is to have already, by another name of the file.
        _ = try applier.setMetadata(of: old, to: attributes, other, stamp)
      case .mode: try applier.setMode(of: empty, to: 0o700, from: 0o755)
      case .move: _ = try applier.move(besidePath, beside, besideStamp, to: new)
      }
    }
    #expect(code == .precondition)
    applier.restoreDirectoryTimes()
    #expect(try tree.snapshot() == before)
    #expect(try tree.staged() == [name])
  }

  @Test func `a directory that is not empty never leaves its place`() throws {
    try tree.make(.directory, "p")
    try tree.make(.file, "p/kept")
    let name = try tree.stageFile("new")
    let path = try Path("p")
    let before = try tree.root.status(of: path)
    let precondition = try tree.present("p")
    var applier = try tree.applier()
    #expect(
      refusal { () throws(Refusal) in _ = try applier.install(name, at: path, precondition) }
        == .inTheWay)
    // Even a rename back leaves another change time behind.
    #expect(try tree.root.status(of: path) == before)
    try tree.remove("p/kept")
    try setMode(tree.location("p"), 0o750)
    let ofNothing = refusal { () throws(Refusal) in
      _ = try applier.install(Array("none".utf8), at: path, precondition)
    }
    #expect(ofNothing == .failed)
    #expect(try tree.root.status(of: path).mode == 0o750)
    _ = try applier.install(name, at: path, precondition)
    #expect(try tree.root.status(of: path).kind == .file)
  }

  @Test func `an edit while a file is read once more is seen`() throws {
    try tree.make(.file, "p", "")
    let file = try tree.root.openDirectory(.root).createFile("q".utf8, mode: 0o600)
    try file.truncate(to: 256 << 20)
    try #require(rename(tree.location("q").cString, tree.location("p").cString) == 0)
    var sha256 = SHA256()
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    for _ in 0..<256 { sha256.update(zeros, first: zeros.count) }
    let status = try tree.root.status(of: Path("p"))
    let attributes = Attributes(of: status, sha256.finalize())
    let name = try tree.stageFile("new")
    let location = tree.location("p")
    let editor = FileSystem.Thread {
      // Once the first of it has been read.
      var patience = 100_000
      while !Self.isBeingRead(status), patience > 0 {
        usleep(100)
        patience -= 1
      }
      let edited = open(location.cString, O_WRONLY)
      _ = write(edited, "user", 4)
      close(edited)
    }
    var applier = try tree.applier()
    let refused = refusal { () throws(Refusal) in
      _ = try applier.install(name, at: try! Path("p"), .present(attributes, .unknown))
    }
    editor.join()
    #expect(refused == .precondition)
    #expect(try ProgramRun("head", "-c4", tree.temporary.appending("tree/p")).text == "user")
  }

  /// Whether this process has begun to read a file.
  private static func isBeingRead(_ file: Status) -> Bool {
    (Int32(3)..<1024).contains { number in
      var status = stat()
      return fstat(number, &status) == 0 && UInt64(status.st_ino) == file.inode
        && status.st_size == file.size && lseek(number, 0, SEEK_CUR) > 0
    }
  }
}
