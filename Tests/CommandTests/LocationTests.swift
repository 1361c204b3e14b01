import Session
import Testing

@testable import treemend

@Suite struct LocationTests {
  @Test(
    arguments: [
      ("dir", .local(path: [UInt8]("dir"))),
      ("/a:b", .local(path: [UInt8]("/a:b"))),
      ("./a:b", .local(path: [UInt8]("./a:b"))),
      ("a/b:c", .local(path: [UInt8]("a/b:c"))),
      ("[x]", .local(path: [UInt8]("[x]"))),
      ("-", .local(path: [UInt8]("-"))),
      ("a/://b", .local(path: [UInt8]("a/://b"))),
      ("host:dir", .remote(host: "host", path: [UInt8]("dir"))),
      ("host:", .remote(host: "host", path: [UInt8]("."))),
      ("host:/a:b", .remote(host: "host", path: [UInt8]("/a:b"))),
      ("me@host:~", .remote(host: "me@host", path: [UInt8]("."))),
      ("host:~/", .remote(host: "host", path: [UInt8]("."))),
      ("host:~/x/~", .remote(host: "host", path: [UInt8]("x/~"))),
      ("host:~//etc", .remote(host: "host", path: [UInt8]("etc"))),
      ("host:./~/x", .remote(host: "host", path: [UInt8]("./~/x"))),
      ("[::1]:~/x", .remote(host: "::1", path: [UInt8]("x"))),
      ("~", .local(path: [UInt8]("~"))),
      ("~/a:b", .local(path: [UInt8]("~/a:b"))),
      ("a@b@host:x", .remote(host: "a@b@host", path: [UInt8]("x"))),
      ("[::1]:dir", .remote(host: "::1", path: [UInt8]("dir"))),
      ("[fe80::1%eth0]:", .remote(host: "fe80::1%eth0", path: [UInt8]("."))),
      ("me@[::1]:/x", .remote(host: "me@::1", path: [UInt8]("/x"))),
      ("d/[::1]:x", .local(path: [UInt8]("d/[::1]:x"))),
    ] as [(String, Location)])
  func `a location is read as rsync and scp read it`(text: String, location: Location) throws {
    #expect(try Location(argument: RawArgument(bytes: [UInt8](text))) == location)
  }

  @Test(
    arguments: [
      "", ":x", "@h:x", "u@:x", "-oProxyCommand=id:x", "u@-h:x", "-u@h:x", "a b:c", "a\n:c",
      "h\u{1b}:c", "h\u{202e}:c", "$(id):x", "`id`:x", "a;b:x", "[::1]", "[-x]:y", "[]:y",
      "rsync://host/module", "ssh://host/path", "RSYNC://h", "host::module",
    ])
  func `what no remote shell should see is a usage error`(text: String) {
    let failure = #expect(throws: Failure.self) {
      try Location(argument: RawArgument(bytes: [UInt8](text)))
    }
    #expect(failure?.status == .usage)
    #expect(failure?.text.dropLast(1).allSatisfy { $0 == "\n" || !$0.isNewline } == true)
  }

  @Test func `a name that is no UTF-8 stays as it is, and a host must be UTF-8`() throws {
    let name: [UInt8] = [0x61, 0xff, 0xc3]
    #expect(try Location(argument: RawArgument(bytes: name)) == .local(path: name))
    let remote = [UInt8]("h:") + name
    #expect(
      try Location(argument: RawArgument(bytes: remote)) == .remote(host: "h", path: name))
    #expect(throws: Failure.self) {
      try Location(argument: RawArgument(bytes: name + [UInt8](":x")))
    }
  }

  @Test(arguments: ["dir", "h:dir", "u@h:.", "[::1]:dir", "u@[::1]:a:b"])
  func `the bytes of a location can be given again`(text: String) throws {
    let location = try Location(argument: RawArgument(bytes: [UInt8](text)))
    #expect(location.name == [UInt8](text))
  }

  @Test func `one end at most is remote`() throws {
    let local = RawArgument(bytes: [UInt8]("a"))
    let remote = RawArgument(bytes: [UInt8]("h:a"))
    #expect(try Location.pair(local, remote).1.isRemote)
    #expect(try Location.pair(remote, local).0.isRemote)
    let failure = #expect(throws: Failure.self) { try Location.pair(remote, remote) }
    #expect(failure?.status == .usage)
    #expect(throws: Failure.self) { try Location.localPath(remote) }
  }

  @Test(arguments: ["host:~user", "host:~user/x", "me@[::1]:~root/x", "host:~~"])
  func `the home directory of another user is refused`(text: String) {
    let failure = #expect(throws: Failure.self) {
      try Location(argument: RawArgument(bytes: [UInt8](text)))
    }
    #expect(failure?.status == .usage)
    #expect(failure?.hint?.contains("./~") == true)
  }
}
