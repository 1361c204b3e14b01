/// The program `strace`, which ends another at a chosen system call.
package enum Trace {
  /// Whether `strace` is here and may trace.
  package static var isAvailable: Bool {
    (try? ProgramRun("strace", "-qq", "-o", "/dev/null", "true"))?.exitStatus == 0
  }

  /// The calls by which an end changes its tree or its state.
  package static let changes =
    "renameat,renameat2,linkat,mkdirat,unlinkat,fsync,fdatasync,syncfs,ftruncate,pwrite64"

  /// The calls by which an end sends.
  package static let sending = "write,writev,sendto,sendmsg"

  /// The words that, put before a command, end it by SIGKILL at the `count`th of `calls` that one
  /// of its threads makes.
  package static func killing(at count: Int, of calls: String) -> [String] {
    let inject = "inject=\(calls):signal=SIGKILL:when=\(count)"
    return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(calls)", "-e", inject]
  }

  /// Throws if a program was not run, because `strace` does not understand what it is to do.
  package static func requireRun(_ run: ProgramRun) throws {
    if run.errorText.hasPrefix("strace: ") { throw FailedSetUp(program: "strace", run: run) }
  }
}
