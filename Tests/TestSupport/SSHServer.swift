internal import Glibc
internal import Synchronization

/// An OpenSSH server that listens on the loopback interface, with generated keys, and the client's
/// configuration for it; it ends when nobody holds it any more.
package final class SSHServer: Sendable {
  /// The name by which the client's configuration knows the server.
  package let host = "testhost"
  /// The client's configuration file.
  package let configuration: String
  /// The port that the server listens on.
  package let port: UInt16

  private let directory: TemporaryDirectory
  private let program: RunningProgram

  /// What to give after `-e`.
  package var remoteShell: String { "ssh -F \(configuration)" }

  /// The part of a command line that names the remote shell, then what `roots` makes of the host.
  func words(_ roots: (String) -> [String]) -> [String] {
    ["-e", remoteShell] + roots(host)
  }

  /// The server's process id.
  package var processID: Int32 { program.processID }

  /// Whether this machine has what is needed, the right to make `/run/sshd` included.
  package static var isAvailable: Bool {
    (try? ProgramRun("sh", "-c", "mkdir -p /run/sshd && test -x /usr/sbin/sshd"))?.exitStatus == 0
  }

  /// The server of all tests that need just any; it ends with the test process.
  package static func shared() throws -> SSHServer {
    try current.withLock { current in
      if let current { return current }
      let server = try SSHServer()
      atexit { SSHServer.current.withLock { $0 = nil } }
      current = server
      return server
    }
  }

  private static let current = Mutex<SSHServer?>(nil)

  /// Generates the keys, writes the configurations and starts the server, which ends after
  /// `timeLimitHours` even if its holder was killed before it could end it.
  package init(timeLimitHours: Int = 1) throws {
    directory = try TemporaryDirectory()
    configuration = directory.appending("ssh_config")
    for key in ["host_key", "user_key"] {
      try requireSuccess(
        "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", directory.appending(key))
    }
    try requireSuccess("mkdir", "-p", "/run/sshd")
    let file = directory.appending("sshd_config")
    try makeFile(file, Self.serverConfiguration(in: directory))
    (port, program) = try Self.start(configuration: file, timeLimitHours)
    try makeFile(configuration, clientConfiguration)
    try requireSuccess(
      "sh", "-c", "printf '%s ' \(host) | cat - host_key.pub >known_hosts", in: directory)
  }

  /// Starts the server on a free port, and on another one if somebody was faster.
  private static func start(
    configuration: String, _ timeLimitHours: Int
  ) throws -> (UInt16, RunningProgram) {
    let words = ["\(timeLimitHours)h", "/usr/sbin/sshd", "-D", "-e", "-f", configuration]
    for _ in 0..<5 {
      let port = try LoopbackPort.free()
      let program = try RunningProgram("timeout", words + ["-p", "\(port)"])
      if try program.reports("Server listening on 127.0.0.1 port \(port).") {
        return (port, program)
      }
      let run = try program.wait(timeLimitSeconds: 0)
      guard run.errorText.contains("Cannot bind") else {
        throw FailedSetUp(program: "sshd", run: run)
      }
    }
    throw SystemFailure("sshd", code: EADDRINUSE)
  }

  private static func serverConfiguration(in directory: TemporaryDirectory) -> String {
    """
    ListenAddress 127.0.0.1
    MaxStartups 1000
    HostKey \(directory.appending("host_key"))
    AuthorizedKeysFile \(directory.appending("user_key.pub"))
    StrictModes no
    UsePAM no
    PasswordAuthentication no
    PermitRootLogin prohibit-password
    PrintMotd no
    PidFile none
    SetEnv HOME=\(directory.path) PATH=\(Binary.directory):/usr/local/bin:/usr/bin:/bin

    """
  }

  private var clientConfiguration: String {
    """
    Host \(host)
      HostName 127.0.0.1
      Port \(port)
      HostKeyAlias \(host)
      IdentityFile \(directory.appending("user_key"))
      IdentitiesOnly yes
      UserKnownHostsFile \(directory.appending("known_hosts"))
      StrictHostKeyChecking yes
      LogLevel ERROR

    """
  }
}

/// Runs a program that a test's set-up needs; throws what it printed if it fails.
package func requireSuccess(
  _ program: String, _ arguments: String..., in directory: TemporaryDirectory? = nil
) throws {
  try requireSuccess(program, arguments, in: directory)
}

/// Runs a program that must succeed.
package func requireSuccess(
  _ program: String, _ arguments: [String], in directory: TemporaryDirectory? = nil
) throws {
  let run = try ProgramRun(program, arguments, directory: directory?.path)
  guard run.ending == .exited(0) else { throw FailedSetUp(program: program, run: run) }
}

/// The error of a program that a test's set-up needed and that failed.
package struct FailedSetUp: Error, CustomStringConvertible {
  private let program: String
  private let run: ProgramRun

  /// Notes the run of a program that should have succeeded.
  package init(program: String, run: ProgramRun) {
    self.program = program
    self.run = run
  }

  /// The program, its ending and its output.
  package var description: String { "\(program): \(run)" }
}
