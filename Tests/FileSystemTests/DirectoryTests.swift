import FileSystem
import Glibc
import Replica
import TestSupport
import Testing

/// Everything that can be asked of a directory about a name.
enum Operation: CaseIterable {
  case status, openDirectory, openFile, readLink, makeDirectory, removeDirectory, removeFile
  case makeLink, createFile, setMode, setModified, lock, removeTree, renameFrom, renameTo

  func run(
    _ name: some Collection<UInt8>, in directory: borrowing Directory
  ) throws(SystemError) {
    switch self {
    case .status: _ = try directory.status(of: name)
    case .openDirectory: _ = try directory.openDirectory(name)
    case .openFile: _ = try directory.openFile(name)
    case .readLink: _ = try directory.readLink(name)
    case .makeDirectory: try directory.makeDirectory(name)
    case .removeDirectory: try directory.removeDirectory(name)
    case .removeFile: try directory.removeFile(name)
    case .makeLink: try directory.makeLink(name, target: "x".utf8)
    case .createFile: _ = try directory.createFile(name, mode: 0)
    case .setMode: try directory.setMode(name, 0)
    case .setModified: try directory.setModified(name, 0)
    case .lock: _ = try Lock(name, in: directory)
    case .removeTree: try FileSystem.removeTree(name, in: directory)
    case .renameFrom: try directory.rename(name, to: directory, as: "b".utf8, .replace)
    case .renameTo: try directory.rename("a".utf8, to: directory, as: name, .replace)
    }
  }
}

@Suite struct DirectoryTests {
  let temporary: TemporaryDirectory

  init() throws {
    temporary = try TemporaryDirectory()
  }

  // Every name leads to no place but this test's own, even where a broken subject obeys: these
  // operations remove and replace, and tests run as root.
  @Test(arguments: ["", ".", "..", "a/b", "../a", "/ABSOLUTE", "a\0b", "\0"])
  func `no operation takes more or less than one name`(name: String) throws {
    try temporary.root().top().makeDirectory("inner".utf8)
    let directory = try temporary.root().openDirectory(Path(slashed: Array("inner".utf8)))
    try directory.write("", to: "a".utf8)
    let absolute = temporary.appending("victim")
    let name = name == "/ABSOLUTE" ? absolute : name
    for operation in Operation.allCases {
      let code = failure { () throws(SystemError) in try operation.run(name.utf8, in: directory) }
      #expect(code == EINVAL)
    }
    #expect(try directory.names() == [Array("a".utf8)])
  }

  @Test func `a name of 256 bytes is too long`() throws {
    let directory = try temporary.root().top()
    try directory.write("", to: "a".utf8)
    let name = [UInt8](repeating: UInt8(ascii: "n"), count: 256)
    for operation in Operation.allCases {
      #expect(
        failure { () throws(SystemError) in try operation.run(name, in: directory) } == ENAMETOOLONG
      )
    }
  }

  @Test func `a link is read, not followed`() throws {
    let directory = try temporary.root().top()
    let target = [UInt8](repeating: 0xff, count: 4095)
    try directory.makeLink("long".utf8, target: target)
    #expect(try directory.readLink("long".utf8) == target)
    try directory.makeDirectory("directory".utf8)
    try directory.makeLink("link".utf8, target: "directory".utf8)
    #expect(
      failure { () throws(SystemError) in _ = try directory.openDirectory("link".utf8) }
        == ENOTDIR)
    #expect(
      failure { () throws(SystemError) in
        try directory.makeLink("nul".utf8, target: [1, 0, 2])
      } == EINVAL)
  }

  @Test func `a file is created neither over another nor through a link`() throws {
    let directory = try temporary.root().top()
    try directory.write("old", to: "file".utf8)
    try directory.makeLink("link".utf8, target: "made".utf8)
    for name in ["file", "link"] {
      let code = failure { () throws(SystemError) in
        _ = try directory.createFile(name.utf8, mode: 0o600)
      }
      #expect(code == EEXIST)
    }
    #expect(try directory.names() == [Array("file".utf8), Array("link".utf8)])
  }

  @Test func `mode and time are set on the name itself`() throws {
    let directory = try temporary.root().top()
    try directory.write("text", to: "file".utf8)
    try directory.makeLink("link".utf8, target: "file".utf8)
    let before = try directory.status(of: "file".utf8)
    let code = failure { () throws(SystemError) in try directory.setMode("link".utf8, 0o777) }
    #expect(code == EOPNOTSUPP)
    try directory.setModified("link".utf8, 1)
    #expect(try directory.status(of: "link".utf8).modified == 1)
    #expect(try directory.status(of: "file".utf8) == before)
    try directory.setMode("file".utf8, 0o4751)
    try directory.setModified("file".utf8, -1)
    let after = try directory.status(of: "file".utf8)
    #expect(after.mode == 0o4751 && after.modified == -1)
  }

  @Test func `a directory's own mode and time are set`() throws {
    let top = try temporary.root().top()
    let directory = try top.openOrMakeDirectory("directory".utf8, mode: 0o700)
    try directory.setMode(0o1751)
    try directory.setModified(1_234_567_890_123_456_789)
    let status = try top.status(of: "directory".utf8)
    #expect(status.mode == 0o1751 && status.modified == 1_234_567_890_123_456_789)
    #expect(try top.openOrMakeDirectory("directory".utf8, mode: 0o700).status() == status)
    try directory.syncFileSystem()
  }

  @Test func `a rename replaces, or not, or exchanges, as it is told`() throws {
    let directory = try temporary.root().top()
    try directory.write("new", to: "new".utf8)
    try directory.write("old", to: "old".utf8)
    let code = failure { () throws(SystemError) in
      try directory.rename("new".utf8, to: directory, as: "old".utf8, .noReplace)
    }
    #expect(code == EEXIST)
    try directory.rename("new".utf8, to: directory, as: "old".utf8, .exchange)
    #expect(try directory.text(of: "new".utf8) == "old")
    try directory.rename("old".utf8, to: directory, as: "new".utf8, .replace)
    #expect(try directory.text(of: "new".utf8) == "new")
    try directory.rename("new".utf8, to: directory, as: "free".utf8, .noReplace)
    #expect(try directory.names() == [Array("free".utf8)])
  }

  @Test func `a file and a directory with something in it exchange their names`() throws {
    let top = try temporary.root().top()
    try top.write("file", to: "a".utf8)
    try top.makeDirectory("b".utf8)
    let directory = try top.openDirectory("b".utf8)
    try directory.write("child", to: "child".utf8)
    try top.rename("a".utf8, to: top, as: "b".utf8, .exchange)
    #expect(try top.text(of: "b".utf8) == "file")
    #expect(try top.openDirectory("a".utf8).text(of: "child".utf8) == "child")
  }

  @Test func `an error names its call and reason`() throws {
    let directory = try temporary.root().top()
    let error = #expect(throws: SystemError.self) { try directory.removeFile("none".utf8) }
    #expect(error?.description == "unlinkat: No such file or directory")
  }
}
