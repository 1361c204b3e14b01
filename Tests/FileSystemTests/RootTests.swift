import FileSystem
import Glibc
import Replica
import TestSupport
import Testing

@Suite struct RootTests {
  let temporary: TemporaryDirectory

  init() throws {
    temporary = try TemporaryDirectory()
    let top = try temporary.root().top()
    try top.makeDirectory("tree".utf8)
    try top.makeDirectory("outside".utf8)
    try top.openDirectory("outside".utf8).write("secret", to: "file".utf8)
    let tree = try top.openDirectory("tree".utf8)
    try tree.makeDirectory("dir".utf8)
    let directory = try tree.openDirectory("dir".utf8)
    try directory.write("inside", to: "file".utf8)
    try directory.makeDirectory("sub".utf8)
    try directory.makeFIFO("fifo")
    try tree.makeLink("inner".utf8, target: "dir".utf8)
    try tree.makeLink("outer".utf8, target: "../outside".utf8)
    try tree.makeLink("absolute".utf8, target: temporary.bytes + "/outside".utf8)
    try directory.makeLink("link".utf8, target: "file".utf8)
    try directory.makeLink("magic".utf8, target: "/proc/self/cwd".utf8)
  }

  func tree(resolvingPaths: Bool) throws -> Root {
    try Root(
      openingDirectoryAt: temporary.bytes + "/tree".utf8, resolvingPaths: resolvingPaths)
  }

  @Test(
    arguments: [
      ("dir", nil), ("dir/sub", nil), ("", nil), ("dir/file", ENOTDIR), ("dir/file/x", ENOTDIR),
      ("none", ENOENT), ("dir/none/x", ENOENT), ("inner", ENOTDIR), ("inner/sub", ELOOP),
      ("outer", ENOTDIR), ("outer/x", ELOOP), ("absolute", ENOTDIR), ("absolute/x", ELOOP),
      ("dir/magic", ENOTDIR), ("dir/magic/x", ELOOP), ("dir/fifo", ENOTDIR),
    ] as [(String, CInt?)])
  func `a directory opens with and without openat2, but never by a link`(
    name: String, code: CInt?
  ) throws {
    for resolvingPaths in [true, false] {
      let root = try tree(resolvingPaths: resolvingPaths)
      #expect(failure { () throws(SystemError) in _ = try root.openDirectory(path(name)) } == code)
    }
  }

  @Test(
    arguments: [
      ("dir/file", nil), ("", EISDIR), ("dir", EISDIR), ("dir/file/x", ENOTDIR), ("none", ENOENT),
      ("inner/file", ELOOP), ("outer/file", ELOOP), ("absolute/file", ELOOP), ("dir/link", ELOOP),
      ("dir/magic", ELOOP), ("dir/fifo", EINVAL),
    ] as [(String, CInt?)])
  func `a file opens with and without openat2, but never by a link`(
    name: String, code: CInt?
  ) throws {
    for resolvingPaths in [true, false] {
      let root = try tree(resolvingPaths: resolvingPaths)
      #expect(failure { () throws(SystemError) in _ = try root.openFile(path(name)) } == code)
    }
  }

  @Test(arguments: ["fifo", "link", "sub"])
  func `what took the place of a file that was seen is not taken for it`(name: String) throws {
    let root = try tree(resolvingPaths: true)
    let directory = try root.openDirectory(path("dir"))
    let seen = try directory.status(of: "file".utf8)
    let codes = [
      failure { () throws(SystemError) in
        _ = try root.openFile(path("dir/" + name), seen: seen)
      },
      failure { () throws(SystemError) in _ = try directory.openFile(name.utf8, seen: seen) },
    ]
    let code = ["fifo": EINVAL, "link": ELOOP, "sub": EISDIR][name]
    #expect(codes == [code, code])
  }

  @Test(arguments: [true, false])
  func `a link's status is its own`(resolvingPaths: Bool) throws {
    let root = try tree(resolvingPaths: resolvingPaths)
    #expect(try root.status(of: path("dir/link")).kind == .link)
    #expect(try root.status(of: path("dir/fifo")).kind == .special)
    #expect(try root.status(of: path("dir")).kind == .directory)
    #expect(try root.status(of: .root) == root.status())
  }

  @Test func `the root itself may be reached by a link`() throws {
    let outside = try Root(openingDirectoryAt: temporary.bytes + "/tree/outer".utf8)
    #expect(try outside.openFile(path("file")).text() == "secret")
  }

  @Test func `a root that is no directory or no C string is refused`() throws {
    let bytes = temporary.bytes
    let codes = ["/outside/file", "/none", "/tree\0"].map { suffix in
      failure { () throws(SystemError) in
        _ = try Root(openingDirectoryAt: bytes + suffix.utf8)
      }
    }
    #expect(codes == [ENOTDIR, ENOENT, EINVAL])
  }

  @Test(arguments: [true, false])
  func `paths longer than PATH_MAX lead as far as others`(resolvingPaths: Bool) throws {
    let root = try tree(resolvingPaths: resolvingPaths)
    var directory = try root.top()
    var place = Path.root
    for depth in 0..<50 {
      let name = [UInt8](repeating: UInt8(ascii: "a") + UInt8(depth % 26), count: 255)
      try directory.makeDirectory(name)
      directory = try directory.openDirectory(name)
      place = place.appending(name)
    }
    try directory.write("deep", to: "file".utf8)
    #expect(place.key.count > 3 * 4096)
    #expect(try root.openDirectory(place).status() == directory.status())
    #expect(try root.openFile(place.appending("file".utf8)).text() == "deep")
    #expect(
      failure { () throws(SystemError) in
        _ = try root.openFile(place.appending("none".utf8))
      } == ENOENT)
  }

  @Test(
    .enabled(
      if: (try? TemporaryDirectory().root().notesNameChanges()) ?? false,
      "needs a file system that keeps its times"))
  func `a file was made once, whatever its times say, and a link is its own`() throws {
    let root = try tree(resolvingPaths: true)
    let (file, link) = (
      Path(uncheckedKey: Array("dir\0file".utf8)), Path.root.appending("inner".utf8)
    )
    let born = try root.birthTime(of: file)
    try touch(temporary.bytes + "/tree/dir/file".utf8, (1_500_000_000, 0))
    #expect(try root.status(of: file).modified == 1_500_000_000_000_000_000)
    #expect(try root.birthTime(of: file) == born && born > 1_500_000_000_000_000_000)
    usleep(20_000)
    try requireSuccess("ln", "-sfn", "dir", temporary.appending("tree/inner"))
    #expect(try root.birthTime(of: link) > root.birthTime(of: Path.root.appending("dir".utf8)))
  }

  @Test func `one file system has one identity`() throws {
    let root = try tree(resolvingPaths: true)
    let other = try Root(openingDirectoryAt: temporary.bytes + "/outside".utf8)
    #expect(try root.fileSystemID() == other.fileSystemID())
  }

  @Test(
    arguments: [("/proc", false), ("/sys", false), ("/dev/shm", true)])
  func `a file system is known to note changes of names, or is not`(
    path: String, notes: Bool
  ) throws {
    let root = try Root(openingDirectoryAt: Array(path.utf8))
    #expect(try root.notesNameChanges() == notes)
  }
}
