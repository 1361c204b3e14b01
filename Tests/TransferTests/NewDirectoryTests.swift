import FileSystem
import Replica
import TestSupport
import Testing
import Transfer

/// What is staged within a directory that the destination does not have yet.
@Suite struct NewDirectoryTests {
  let temporary: TemporaryDirectory
  let content = Array("content".utf8)

  init() throws {
    temporary = try TemporaryDirectory()
  }

  @Test func `what is below it is put into it, with its mode, time and stamp`() throws {
    var writer = try makeWriter()
    let top = try directory(writer.makeDirectory(at: Path("d"), mode: 0o750))
    _ = try writer.makeDirectory(at: Path("d/e"), mode: 0o1711)
    let file = fileAttributes(content, mode: 0o7004 & Attributes.modeMask)
    var stamps: [Stamp] = []
    for path in ["d/e/f", "d/g"] {
      stamps.append(try stamp(writer.stage(content, file, at: Path(path)), in: top))
    }
    let link = Attributes.link(size: 7, modified: -5, digest: digest(content))
    stamps.append(try stamp(writer.stage(content, link, at: Path("d/e/l")), in: top))
    stamps.append(try stamp(writer.makeDirectory(at: Path("d/h"), mode: 0o700), in: top))

    let root = try temporary.root()
    try writer.directory.rename(
      top.name, to: root.openDirectory(.root), as: Array("d".utf8), .noReplace)
    #expect(try root.status(of: Path("d")).mode == 0o750)
    #expect(try root.status(of: Path("d/e")).mode == 0o1711)
    for (path, stamp) in zip(["d/e/f", "d/g"], stamps) {
      let status = try root.status(of: Path(path))
      #expect(file.isUnchanged(status, stamp), "\(path)")
    }
    #expect(link.isUnchanged(try root.status(of: Path("d/e/l")), stamps[2]))
    #expect(stamps[3] == .none)
    #expect(!top.isSpoiled)
  }

  @Test(arguments: ["d", "dd/f", "c/f", "e"])
  func `what is not below it waits alone`(path: String) throws {
    var writer = try makeWriter()
    _ = try writer.makeDirectory(at: Path("d"), mode: 0o700)
    let staged = try writer.stage(content, fileAttributes(content), at: Path(path))
    guard case .alone = staged else { Issue.record("\(staged)"); return }
  }

  @Test func `a directory that is to be alone takes what is below it from the one before`() throws {
    var writer = try makeWriter()
    _ = try writer.makeDirectory(at: Path("d"), mode: 0o700)
    let alone = try directory(writer.makeDirectory(at: Path("d/e"), mode: 0o700, isAlone: true))
    _ = try stamp(writer.stage(content, fileAttributes(content), at: Path("d/e/f")), in: alone)
    let staged = try writer.stage(content, fileAttributes(content), at: Path("d/g"))
    guard case .alone = staged else { Issue.record("\(staged)"); return }
  }

  @Test func `nothing gets into one that is closed, or without a path`() throws {
    var writer = try makeWriter()
    _ = try writer.makeDirectory(at: Path("d"), mode: 0o700)
    let withoutPath = try writer.stage(content, fileAttributes(content))
    writer.closeDirectories()
    let late = try writer.stage(content, fileAttributes(content), at: Path("d/f"))
    for staged in [withoutPath, late] {
      guard case .alone = staged else { Issue.record("\(staged)"); return }
    }
  }

  @Test(arguments: [true, false])
  func `what turned out otherwise, or was abandoned, is not in it`(isAbandoned: Bool) throws {
    var writer = try makeWriter()
    let top = try directory(writer.makeDirectory(at: Path("d"), mode: 0o700))
    _ = try writer.makeDirectory(at: Path("d/e"), mode: 0o700)
    if isAbandoned {
      try writer.begin(fileAttributes(largeContent), at: Path("d/e/f"))
      try writer.write(content)
      writer.abandon()
    } else {
      #expect(throws: StagingFailure.self) {
        try writer.stage(content, fileAttributes(largeContent), at: Path("d/e/f"))
      }
    }
    #expect(try names(inDirectory: stage / text(top.name) / "e") == [])
    #expect(!top.isSpoiled)
  }

  @Test func `one that holds what could not be removed says so`() throws {
    var writer = try makeWriter()
    let top = try directory(writer.makeDirectory(at: Path("d"), mode: 0o700))
    try writer.begin(fileAttributes(largeContent), at: Path("d/f"))
    // What cannot be removed as a file: a directory in its place.
    try writer.directory.openDirectory(top.name).removeFile(Array("f".utf8))
    try makeDirectory(stage / text(top.name) / "f")
    writer.abandon()
    #expect(top.isSpoiled)
  }

  @Test func `a second file of a name, and one in what is no directory, are refused`() throws {
    var writer = try makeWriter()
    _ = try writer.makeDirectory(at: Path("d"), mode: 0o700)
    _ = try writer.stage(content, fileAttributes(content), at: Path("d/f"))
    let link = Attributes.link(size: 7, modified: 0, digest: digest(content))
    _ = try writer.stage(content, link, at: Path("d/l"))
    for path in ["d/f", "d/f/g", "d/l/g", "d/none/g"] {
      #expect(throws: StagingFailure.self, "\(path)") {
        try writer.stage(content, fileAttributes(content), at: Path(path))
      }
    }
  }

  @Test func `a link in it that leads out of it is not followed`() throws {
    try makeDirectory(temporary.bytes / "outside")
    let target = temporary.bytes / "outside"
    var writer = try makeWriter()
    _ = try writer.makeDirectory(at: Path("d"), mode: 0o700)
    let link = Attributes.link(
      size: Int64(target.count), modified: 0, digest: digest(target))
    _ = try writer.stage(target, link, at: Path("d/l"))
    #expect(throws: StagingFailure.self) {
      try writer.stage(content, fileAttributes(content), at: Path("d/l/f"))
    }
    #expect(try names(inDirectory: target) == [])
  }

  @Test func `it goes with all that is in it`() throws {
    var writer = try makeWriter()
    let staged = try writer.makeDirectory(at: Path("d"), mode: 0o700)
    _ = try writer.makeDirectory(at: Path("d/e"), mode: 0o700)
    _ = try writer.stage(content, fileAttributes(content), at: Path("d/e/f"))
    writer.discard(staged)
    #expect(try names(inDirectory: stage) == [])
  }

  private var stage: [UInt8] { temporary.bytes / "stage" }

  private func makeWriter() throws -> ContentWriter {
    let root = try temporary.root()
    return ContentWriter(root: root, stage: try Stage(in: root.openDirectory(.root)))
  }

  private func text(_ name: [UInt8]) -> String { String(decoding: name, as: UTF8.self) }

  private func directory(_ staged: Staged) throws -> NewDirectory {
    guard case .directory(let directory) = staged else { throw Unexpected() }
    return directory
  }

  private func stamp(_ staged: Staged, in top: NewDirectory) throws -> Stamp {
    guard case .inside(let directory, let stamp) = staged, directory === top else {
      throw Unexpected()
    }
    return stamp
  }

  private struct Unexpected: Error {}
}
