import Apply
import FileSystem
import Glibc
import Replica
import TestSupport
import Testing

@Suite struct ApplierTests {
  let tree: ApplyTree
  let staged = Array("staged".utf8)

  init() throws {
    tree = try ApplyTree()
  }

  @Test(
    arguments: [Attributes.Kind.file, .directory, .link, .tombstone],
    [Attributes.Kind.file, .directory, .link])
  func `each kind takes the place of each, and of nothing`(
    old: Attributes.Kind, new: Attributes.Kind
  ) throws {
    try tree.make(old, "p")
    var applier = try tree.applier()
    let path = try Path("p")
    let before: Precondition = old == .tombstone ? .absent : try tree.present("p")
    switch new {
    case .file:
      let stamp = try applier.install(tree.stageFile("new"), at: path, before)
      #expect(try (tree.remembered("p", "new").1) == stamp)
    case .link:
      try tree.stage().makeLink(staged, target: Array("new".utf8), modified: -5)
      let stamp = try applier.install(staged, at: path, before)
      #expect(try (tree.remembered("p", "new").1) == stamp)
    default:
      try makeFile(tree.stageDirectory("staged", mode: 0o1750) / "f", content: Array("inside".utf8))
      _ = try applier.install(staged, at: path, before)
    }
    let item = try #require(try tree.snapshot()[0].items.first)
    switch new {
    case .file: #expect(item.kind == "-" && item.digest == "\(digest("new"))")
    case .link:
      #expect(item.kind == "l" && item.target == Array("new".utf8))
      #expect(item.modificationNanoseconds == -5)
    default:
      #expect(item.kind == "d" && item.mode == 0o1750)
      #expect(try tree.snapshot()[0].items.last?.digest == "\(digest("inside"))")
    }
    #expect(try tree.staged() == [])
  }

  @Test(arguments: [Attributes.Kind.file, .directory, .link])
  func `each kind is removed`(kind: Attributes.Kind) throws {
    try tree.make(kind, "p")
    let (attributes, stamp) = try tree.remembered("p")
    var applier = try tree.applier()
    try applier.remove(Path("p"), attributes, stamp, stagedAs: staged)
    #expect(try tree.snapshot()[0].items == [])
    #expect(try tree.staged() == [])
  }

  @Test(arguments: [Attributes.Kind.file, .directory, .link])
  func `what is there where nothing should be stays`(kind: Attributes.Kind) throws {
    try tree.make(kind, "p")
    let before = try tree.snapshot()
    let name = try tree.stageFile("new")
    try makeFile(tree.stageDirectory("other", mode: 0o700) / "f", content: Array("inside".utf8))
    let path = try Path("p")
    var applier = try tree.applier()
    for name in [name, Array("other".utf8)] {
      let code = refusal { () throws(Refusal) in _ = try applier.install(name, at: path, .absent) }
      #expect(code == .inTheWay)
    }
    #expect(try tree.snapshot() == before)
    #expect(try Set(tree.staged()) == [name, Array("other".utf8)])
  }

  @Test func `metadata is set, and only of what is as it was`() throws {
    try tree.make(.file, "p")
    let (before, stamp) = try tree.remembered("p")
    let wanted = Attributes.file(mode: 0o501, size: 3, modified: 77, digest: digest("old"))
    let path = try Path("p")
    var applier = try tree.applier()
    let newStamp = try applier.setMetadata(of: path, to: wanted, before, stamp)
    #expect(try tree.remembered("p") == (wanted, newStamp))
    let again = refusal { () throws(Refusal) in
      _ = try applier.setMetadata(of: path, to: before, before, stamp)
    }
    #expect(again == .precondition)
    #expect(try tree.remembered("p") == (wanted, newStamp))
  }

  @Test func `directories have their times again, or those of the source`() throws {
    for name in ["a", "b"] {
      try tree.make(.directory, name)
      try touch(tree.location(name), (1_600_000_000, 5))
    }
    var applier = try tree.applier()
    applier.setParentTime(of: try Path("b/f"), to: 77)
    _ = try applier.install(tree.stageFile("new"), at: Path("a/f"), .absent)
    _ = try applier.install(tree.stageFile("new"), at: Path("b/f"), .absent)
    try #require(try tree.root.status(of: Path("a")).modified > 1_600_000_000_000_000_005)
    applier.restoreDirectoryTimes()
    #expect(try tree.root.status(of: Path("a")).modified == 1_600_000_000_000_000_005)
    #expect(try tree.root.status(of: Path("b")).modified == 77)
  }
}
