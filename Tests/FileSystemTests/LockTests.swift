import FileSystem
import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct LockTests {
  let temporary: TemporaryDirectory

  init() throws {
    temporary = try TemporaryDirectory()
  }

  @Test func `a lock is held once and freed with its value`() throws {
    let top = try temporary.root().top()
    var lock = try Lock("lock".utf8, in: top)
    #expect(lock != nil)
    #expect(try Lock("lock".utf8, in: top) == nil)
    #expect(try Lock("other".utf8, in: top) != nil)
    lock = nil
    #expect(try Lock("lock".utf8, in: top) != nil)
    #expect(try top.status(of: "lock".utf8).mode == 0o600)
  }

  @Test func `a lock is taken on a file only`() throws {
    let top = try temporary.root().top()
    try top.makeLink("link".utf8, target: "made".utf8)
    try top.makeFIFO("fifo")
    let codes = ["link", "fifo"].map { name in
      failure { () throws(SystemError) in _ = try Lock(name.utf8, in: top) }
    }
    #expect(codes == [ELOOP, EINVAL])
  }

  @Test(.enabled(if: access("/usr/bin/flock", X_OK) == 0, "needs flock(1)"))
  func `killing the holder frees the lock`() throws {
    let top = try temporary.root().top()
    let holder = Process()
    let input = Pipe()
    let output = Pipe()
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
    holder.arguments = [
      "-n", "-F", temporary.path + "/lock", "/bin/sh", "-c", "echo held; exec cat",
    ]
    holder.standardInput = input
    holder.standardOutput = output
    try holder.run()
    try #require(output.fileHandleForReading.availableData == Data("held\n".utf8))
    #expect(try Lock("lock".utf8, in: top) == nil)
    kill(holder.processIdentifier, SIGKILL)
    holder.waitUntilExit()
    #expect(try Lock("lock".utf8, in: top) != nil)
  }
}
