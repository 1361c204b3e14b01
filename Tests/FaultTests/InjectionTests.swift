import Glibc
import TestSupport
import Testing

/// F5, F6, F7 and F8: system calls that fail.
@Suite(.enabled(if: Trace.isAvailable, "strace is needed"))
struct InjectionTests {
  private func failing(_ calls: String, _ error: String, _ when: String) -> [String] {
    [
      "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(calls)", "-e",
      "inject=\(calls):error=\(error):when=\(when)",
    ]
  }

  @Test(
    arguments: ["ENOSPC", "EDQUOT", "EROFS", "EIO"],
    [
      "renameat,renameat2", "mkdirat", "symlinkat", "utimensat", "unlinkat",
      "fchmod,fchmodat,?fchmodat2",
    ])
  func `a change that fails leaves the old, and the next run makes it`(
    error: String, call: String
  ) throws {
    for when in sweepsAll ? Array(1...20) : [1, 4] {
      let pair = try FaultyPair()
      let run = try pair.run("sync", pair.a, pair.b, under: failing(call, error, "\(when)"))
      #expect(run.ending != .timedOut, "\(run)")
      try pair.expectRepair("\(call) \(error) \(when)")
    }
  }

  @Test func `a file system that can neither exchange nor keep a name is served all the same`()
    throws
  {
    let pair = try FaultyPair()
    let run = try pair.run("sync", pair.a, pair.b, under: failing("renameat2", "EINVAL", "1+"))
    #expect(run.ending == .exited(0), "\(run)")
    #expect(try pair.run("diff", pair.a, pair.b).ending == .exited(0))
    try pair.expectRepair("no flags")
  }

  @Test(arguments: ["fsync,fdatasync", "syncfs"])
  func `what cannot be made durable is not recorded`(call: String) throws {
    for when in sweepsAll ? Array(1...20) : [1, 2, 4] {
      let pair = try FaultyPair()
      let run = try pair.run("sync", pair.a, pair.b, under: failing(call, "EIO", "\(when)"))
      #expect(run.ending != .timedOut, "\(run)")
      try pair.expectRepair("\(call) \(when)")
    }
  }

  @Test(arguments: ["a", "b"])
  func `a read of the index that fails once costs nothing that it knows`(name: String) throws {
    for when in sweepsAll ? Array(1...40) : [5, 8, 9, 10, 11, 12, 13] {
      let pair = try FaultyPair()
      let index = "\(name == "a" ? pair.a : pair.b)/.treemend/index"
      let run = try pair.run(
        "sync", pair.a, pair.b,
        under: ["strace", "-P", index] + failing("pread64", "EIO", "\(when)").dropFirst())
      #expect([.exited(0), .exited(11)].contains(run.ending), "\(when): \(run)")
      #expect(access("\(index).corrupt", F_OK) != 0, "\(when): \(run)")
      try pair.expectRepair("\(name) \(when)")
      #expect(access("\(pair.a)/delete", F_OK) != 0, "\(when): the deletion came back")
    }
  }

  @Test(arguments: ["getdents64", "statx", "read,pread64", "openat2"])
  func `what cannot be looked at is never taken for deleted`(call: String) throws {
    for when in sweepsAll ? Array(1...60).map(String.init) : ["2", "5", "9", "14"] {
      let pair = try FaultyPair()
      let run = try pair.run("sync", pair.a, pair.b, under: failing(call, "EIO", when))
      #expect(run.ending != .timedOut, "\(run)")
      try pair.expectRepair("\(call) \(when)")
    }
  }

  @Test(arguments: [
    "read,write,pread64,pwrite64", "openat2,openat", "getdents64,statx", "poll,ppoll",
  ])
  func `a call that is interrupted is made again`(call: String) throws {
    let pair = try FaultyPair()
    let run = try pair.run("sync", pair.a, pair.b, under: failing(call, "EINTR", "3+7"))
    #expect(run.ending != .timedOut, "\(run)")
    try pair.expectRepair(call)
  }
}
