/// An OpenSSH server of its own with generated keys, and the client's configuration for it.
///
/// The client starts the server for each connection (`sshd -i` as its `ProxyCommand`): no port to
/// find free, nothing to wait for, and nothing left when the connection ends.
package struct SSHServer: Sendable {
  /// The name by which the client's configuration knows the server.
  package let host = "testhost"
  /// The client's configuration file.
  package let configuration: String

  private let directory: TemporaryDirectory

  /// What to give after `-e`.
  package var remoteShell: String { "ssh -F \(configuration)" }

  /// Whether this machine has what is needed, the right to make `/run/sshd` included.
  package static var isAvailable: Bool {
    (try? ProgramRun("sh", "-c", "mkdir -p /run/sshd && test -x /usr/sbin/sshd"))?.exitStatus == 0
  }

  /// Generates the keys and writes the configurations.
  package init() throws {
    directory = try TemporaryDirectory()
    configuration = directory.appending("ssh_config")
    for key in ["host_key", "user_key"] {
      try requireSuccess(
        "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", directory.appending(key))
    }
    try requireSuccess("mkdir", "-p", "/run/sshd")
    try makeFile(directory.appending("sshd_config"), serverConfiguration)
    try makeFile(configuration, clientConfiguration)
    try requireSuccess(
      "sh", "-c", "printf '%s ' \(host) | cat - host_key.pub >known_hosts", in: directory)
  }

  private var serverConfiguration: String {
    """
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
      ProxyCommand /usr/sbin/sshd -i -f \(directory.appending("sshd_config")) \
    -E \(directory.appending("sshd.log"))
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
  let run = try ProgramRun(program, arguments, directory: directory?.path)
  guard run.ending == .exited(0) else { throw FailedSetUp(program: program, run: run) }
}

/// The error of a program that a test's set-up needed and that failed.
package struct FailedSetUp: Error, CustomStringConvertible {
  let program: String
  let run: ProgramRun

  /// The program, its ending and its output.
  package var description: String { "\(program): \(run)" }
}
