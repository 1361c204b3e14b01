import TestSupport
import Testing

/// What `treemend status` tells.
@Suite struct StatusTests {
  private let replicas: Replicas

  init() throws {
    replicas = try Replicas(RandomTree(fileCount: 5, directoryCount: 1, seed: 3))
  }

  private func runs(of replica: String) throws -> [String] {
    let status = try ProgramRun(Binary.treemend, "status", "--json", replica)
    #expect(status.ending == .exited(0), "\(status)")
    return status.text.matches(of: /"exit":(\d+),"items":(\d+)/).map { "\($0.1) \($0.2)" }
  }

  @Test func `a run is remembered with what it exited with`() throws {
    #expect(try replicas.copy(.push()).exitStatus == 0)
    try replicas.change("echo a >source/both; echo b >destination/both")
    let words = ["sync", "--conflict=fail", replicas.source, replicas.destination]
    #expect(try ProgramRun(Binary.treemend, words).exitStatus == 40)
    try replicas.change(
      "rm destination/both; mkdir -p destination/hidden/both; echo x >source/hidden")
    let excluded = try replicas.copy(.push(), ["--exclude=both", "--exclude=hidden/"])
    #expect(excluded.exitStatus == 23, "\(excluded)")
    #expect(try runs(of: replicas.source).map { $0.split(separator: " ")[0] } == ["23", "40", "0"])
    #expect(try runs(of: replicas.destination).first == "23 1")
  }

  @Test(.enabled(if: OrdinaryUser.isAvailable, "needs a user whom permission bits hold"))
  func `what cannot be read is told of`() throws {
    try replicas.change("chmod 755 .; mkdir source/closed; chmod 0 source/closed")
    try OrdinaryUser.take(replicas.directory)
    let words = OrdinaryUser.prefix + [Binary.treemend, "status", replicas.source]
    let status = try ProgramRun(words[0], Array(words.dropFirst()))
    #expect(status.ending == .exited(23), "\(status)")
    #expect(status.errorText.contains("closed") && status.text.contains("Content root"))
  }
}
