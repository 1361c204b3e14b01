import Glibc
import TestSupport
import Testing

@Suite(.enabled(if: SSHServer.isAvailable, "sshd is needed"))
struct SSHServerTests {
  private func run(
    _ command: String, on server: SSHServer, input: [UInt8] = []
  ) throws -> ProgramRun {
    try ProgramRun("ssh", ["-F", server.configuration, server.host, command], input: input)
  }

  private func isListening(_ port: UInt16) throws -> Bool {
    try ProgramRun("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/\(port)").exitStatus == 0
  }

  @Test func `a command runs, its streams byte for byte`() throws {
    let run = try run("cat; echo $PATH >&2", on: .shared(), input: [0, 0xff, 0x0a])
    #expect(run.ending == .exited(0), "\(run)")
    #expect(run.output == [0, 0xff, 0x0a])
    #expect(run.errorText.hasPrefix(Binary.directory))
  }

  @Test(arguments: [0, 1, 12, 43, 255] as [Int32])
  func `an exit status comes through`(status: Int32) throws {
    #expect(try run("exit \(status)", on: .shared()).ending == .exited(status))
  }

  @Test func `many connections at once are all let in`() throws {
    let server = try SSHServer.shared()
    let words = ["-F", server.configuration, server.host, "echo in"]
    let clients = try (0..<30).map { _ in try RunningProgram("ssh", words) }
    for client in clients { #expect(try client.wait().text == "in\n") }
  }

  @Test func `two servers have different ports, and neither client trusts the other`() throws {
    let servers = (try SSHServer(), try SSHServer())
    #expect(servers.0.port != servers.1.port)
    let words = ["-F", servers.0.configuration, "-p", "\(servers.1.port)", servers.0.host, "true"]
    let run = try ProgramRun("ssh", words)
    #expect(run.ending == .exited(255))
    #expect(run.errorText.contains("host key"), "\(run)")
  }

  @Test func `nothing is left of a server that nobody holds`() throws {
    var server: SSHServer? = try SSHServer()
    let port = try #require(server?.port)
    let processID = try #require(server?.processID)
    #expect(try isListening(port))
    #expect(kill(-processID, 0) == 0)
    server = nil
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline, try isListening(port) || kill(processID, 0) == 0 {}
    #expect(kill(processID, 0) == -1)
    #expect(try !isListening(port))
  }
}
