import Glibc
import Replica
import TestSupport
import Testing

@testable import FileSystem

@Suite struct StageTests {
  let temporary: TemporaryDirectory
  let now = wallClockNanoseconds()

  init() throws {
    temporary = try TemporaryDirectory()
  }

  @Test func `the stage is for its owner alone, whoever its files are for`() throws {
    let top = try temporary.root().top()
    try top.makeDirectory("stage".utf8, mode: 0o777)
    let stage = try Stage(in: top)
    let name = stage.makeName()
    #expect(try stage.directory.status().mode == 0o700)
    #expect(name.count == 32 && stage.makeName() != name)
  }

  @Test func `a link in the stage's place is refused`() throws {
    let top = try temporary.root().top()
    try top.makeDirectory("elsewhere".utf8)
    try top.makeLink("stage".utf8, target: "elsewhere".utf8)
    #expect(failure { () throws(SystemError) in _ = try Stage(in: top) } == ENOTDIR)
  }

  @Test func `clearing removes trees and links, and nothing that links lead to`() throws {
    let top = try temporary.root().top()
    try top.makeDirectory("canary".utf8)
    try top.openDirectory("canary".utf8).write("alive", to: "file".utf8)
    let stage = try Stage(in: top)
    _ = try stage.directory.createFile(stage.makeName(), mode: 0o600)
    for name in ["a", "b"] {
      try stage.directory.makeDirectory(name.utf8)
      let child = try stage.directory.openDirectory(name.utf8)
      try child.makeFIFO("fifo")
      try child.makeLink("link".utf8, target: "../../canary".utf8)
      try child.makeDirectory("empty".utf8)
      try child.makeDirectory("closed".utf8)
      try child.openDirectory("closed".utf8).write("x", to: "file".utf8)
      try child.setMode("closed".utf8, 0)
    }
    try stage.directory.makeLink("link".utf8, target: "../canary".utf8)
    try stage.clear(now: now)
    #expect(try stage.directory.names().isEmpty)
    #expect(try top.openDirectory("canary".utf8).text(of: "file".utf8) == "alive")
    try stage.clear(now: now)
  }

  @Test func `the newest partial files are kept, and nothing that is called like them`() throws {
    let stage = try Stage(in: temporary.root().top())
    var names: [[UInt8]] = []
    for number in 0..<10 {
      // The clock that stamps them ticks a few hundred times a second.
      usleep(12_000)
      // Whatever its modification time, which a peer has chosen.
      names.append(
        try makePartial(
          of: "a/\(number)", in: stage, byteCount: 1, modified: .max / 10 * Int64(9 - number)))
    }
    try stage.directory.makeDirectory("partial-directory".utf8, mode: 0o700)
    try stage.clear(now: wallClockNanoseconds())
    let kept = try stage.partials(now: wallClockNanoseconds())
    #expect(kept.map(\.name) == names.suffix(8).reversed())
    #expect(kept.map { $0.isOf(path("a/9")) } == (0..<8).map { $0 == 0 })
    #expect(try stage.directory.names().count == 8)
  }

  @Test func `the newest and the longest partial file of a path are kept`() throws {
    let stage = try Stage(in: temporary.root().top())
    let names = try [2, 3, 1].map { byteCount in
      usleep(12_000)
      return try makePartial(of: "a", in: stage, byteCount: byteCount)
    }
    let other = try makePartial(of: "b", in: stage, byteCount: 1)
    try stage.clear(now: wallClockNanoseconds())
    let kept = Set(try stage.partials(now: wallClockNanoseconds()).map(\.name))
    #expect(kept == [names[1], names[2], other])
    #expect(try stage.directory.names().count == 3)
  }

  @Test func `partial files go after a week`() throws {
    let stage = try Stage(in: temporary.root().top())
    _ = try makePartial(of: "x", in: stage, byteCount: 1)
    let soon = wallClockNanoseconds() + PartialFile.maximumAge - 60_000_000_000
    try stage.clear(now: soon)
    #expect(try stage.directory.names().count == 1)
    try stage.clear(now: soon + 120_000_000_000)
    #expect(try stage.directory.names().isEmpty)
  }

  private func makePartial(
    of name: String, in stage: borrowing Stage, byteCount: Int, modified: Int64 = 0
  ) throws -> [UInt8] {
    let partial = stage.makePartialName(of: path(name))
    let file = try stage.directory.createFile(partial, mode: 0o600)
    try file.write([UInt8](repeating: 1, count: byteCount).span.bytes)
    try file.setModified(modified)
    return partial
  }

  @Test func `a root has a stage once one was made`() throws {
    let root = try temporary.root()
    if try Stage(of: root) != nil { Issue.record("no stage was made") }
    let state = try root.top().openOrMakeDirectory(StateDirectory.name, mode: 0o700)
    if try Stage(of: root) != nil { Issue.record("no stage was made") }
    _ = try Stage(in: state).directory.createFile("left".utf8, mode: 0o600)
    try Stage(of: root)?.clear(now: now)
    #expect(try Stage(in: state).directory.names().isEmpty)
  }

  @Test func `clearing holds few descriptors and little memory at any depth`() throws {
    let stage = try Stage(in: try temporary.root().top())
    var directory = try stage.directory.openOrMakeDirectory("deep".utf8, mode: 0o700)
    for _ in 0..<3_000 {
      try directory.makeDirectory("deeper".utf8)
      try directory.write("x", to: "file".utf8)
      directory = try directory.openDirectory("deeper".utf8)
    }
    try stage.clear(now: now)
    #expect(try stage.directory.names().isEmpty)
  }

  @Test(.enabled(if: Mount.isAllowed, "needs root to mount a tmpfs"))
  func `clearing leaves alone what is mounted`() throws {
    let stage = try Stage(in: try temporary.root().top())
    let mount = try Mount(tmpfsOfByteCount: 65_536, in: temporary.path + "/stage")
    let mounted = try mount.directory.root().top()
    try mounted.write("alive", to: "file".utf8)
    #expect(failure { () throws(SystemError) in try stage.clear(now: now) } == EBUSY)
    #expect(try mounted.text(of: "file".utf8) == "alive")
  }

  @Test func `a tree that is not there is removed`() throws {
    let top = try temporary.root().top()
    try removeTree("none".utf8, in: top)
    try top.write("x", to: "file".utf8)
    try removeTree("file".utf8, in: top)
    #expect(try top.names().isEmpty)
  }
}
