import Foundation
import TestSupport

/// What the runs need besides trees: programs, a server, and files of their own.
final class Equipment {
  /// The program that is measured.
  let treemend: String
  /// This program.
  let bench: String
  let server: SSHServer
  private let directory: TemporaryDirectory

  init(treemend: String) throws {
    self.treemend = treemend
    bench = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    server = try SSHServer(timeLimitHours: 24)
    directory = try TemporaryDirectory()
  }

  /// Where each end of a run leaves what it took, and the relay what it carried.
  var usageFiles: (here: String, there: String) {
    (directory.appending("here"), directory.appending("there"))
  }
  var countFile: String { directory.appending("count") }

  /// The `ssh` to reach the far end by; `delayed` lets everything take 50 ms more each way, the
  /// connection's own beginning with it.
  func remoteShell(delayed: Bool = false) throws -> String {
    guard delayed else { return server.remoteShell }
    let configuration = directory.appending("delayed_config")
    let relay = "\(bench) relay --delay-ms \(Relay.delayMilliseconds) --port \(server.port)"
    try makeFile(
      configuration,
      "Host \(server.host)\n  ProxyCommand \(relay)\n  Include \(server.configuration)\n")
    return "ssh -F \(configuration)"
  }

  /// A program for the far end that does what `words` say, which its arguments are added to, and
  /// measures it.
  func remoteProgram(_ words: [String]) throws -> String {
    try script(
      "remote", "\(bench) measure \(usageFiles.there) -- \(words.joined(separator: " "))")
  }

  /// An `ssh` that counts what goes through.
  func countingShell() throws -> String {
    try script("counting", "\(bench) relay --count \(countFile) -- \(server.remoteShell)")
  }

  /// An `ssh` that counts what goes through, and is cut after so many bytes to the far end.
  func cutShell(after byteCount: Int) throws -> String {
    let relay = "\(bench) relay --count \(countFile) --cut \(byteCount)"
    return try script("cut", "\(relay) -- \(server.remoteShell)")
  }

  private func script(_ name: String, _ command: String) throws -> String {
    let path = directory.appending(name)
    try makeFile(path, "#!/bin/sh\nexec \(command) \"$@\"\n")
    try setMode(Array(path.utf8), 0o755)
    return path
  }
}
