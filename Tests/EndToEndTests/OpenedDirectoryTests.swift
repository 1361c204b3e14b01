import TestSupport
import Testing

/// Directories that are opened to users who are not to see what was in them.
@Suite struct OpenedDirectoryTests {
  private let replicas: Replicas

  /// A directory that is to be opened, with a large file that is to be closed, and is new all over.
  init() throws {
    replicas = try Replicas()
    try replicas.change(
      """
      mkdir -m 700 source/d; head -c 3000000 /dev/urandom >source/d/f; chmod 644 source/d/f
      echo >source/e
      """)
    try #require(try replicas.copy().ending == .exited(0))
    try replicas.change(
      "head -c 3000000 /dev/urandom >source/d/f; chmod 600 source/d/f; chmod 755 source/d")
  }

  private func mode() throws -> String {
    String(try ProgramRun("stat", "-c", "%a", "\(replicas.destination)/d").text.dropLast())
  }

  @Test(arguments: [
    Replicas.Route.push(.cutUpstream(afterByteCount: 1_000_000)),
    .pull(.cutDownstream(afterByteCount: 1_000_000)),
  ])
  func `a run that is cut has opened none before what is in it is closed`(
    route: Replicas.Route
  ) throws {
    #expect(try replicas.copy(route).ending == .exited(12))
    #expect(try mode() == "700")
    #expect(try replicas.copy().ending == .exited(0))
    #expect(try mode() == "755")
    try expectEqual(replicas)
  }

  @Test(arguments: [Replicas.Route.push(), .pull(), .local])
  func `one stays closed while what is in it could not be closed`(route: Replicas.Route) throws {
    try replicas.change("mkdir -m 700 source/d/in destination/d/in; chmod 755 source/d/in")
    let limited = ["sh", "-c", #"trap '' XFSZ; ulimit -f 1000; exec "$@""#, "sh"]
    let run = try replicas.copy(route, under: limited)
    #expect(run.ending == .exited(11) && run.errorText.contains("File too large"), "\(run)")
    #expect(try mode() == "700")
    // Nothing is in that.
    #expect(try ProgramRun("stat", "-c", "%a", "\(replicas.destination)/d/in").text == "755\n")
    #expect(try replicas.copy(route).ending == .exited(0))
    #expect(try mode() == "755")
    try expectEqual(replicas)
  }

  @Test func `what a rule keeps in a directory keeps it from nobody`() throws {
    try replicas.change(
      """
      rm -r source destination; mkdir -p source/d/x destination; chmod 700 source/d
      """)
    let words = ["sync", "--exclude=*.o", replicas.source, replicas.destination]
    #expect(try ProgramRun(Binary.treemend, words).ending == .exited(0))
    try replicas.change("rmdir source/d/x; chmod 755 source/d; echo >destination/d/x/a.o")
    #expect(try ProgramRun(Binary.treemend, words).ending == .exited(0))
    #expect(try mode() == "755")
  }
}
