import TestSupport
import Testing

/// Changes in directories that their owner may not write, made by their owner.
@Suite(.enabled(if: OrdinaryUser.isAvailable, "needs a user whom permission bits hold"))
struct ReadOnlyDirectoryTests {
  private let replicas: Replicas

  init() throws {
    replicas = try Replicas()
    try replicas.change(
      """
      chmod 755 .
      cd source; mkdir -p ro/deep doomed/sub kind opens closes tighter plain
      for f in ro/f ro/gone ro/moved ro/deep/x doomed/a doomed/sub/b kind/c opens/d closes/e tighter/g
      do echo $f >$f; done
      chmod 555 ro/deep ro doomed/sub doomed kind opens tighter
      """)
    try OrdinaryUser.take(replicas.directory)
  }

  private func run(_ words: [String]) throws -> ProgramRun {
    let words = OrdinaryUser.prefix + [Binary.treemend] + words
    return try ProgramRun(words[0], Array(words.dropFirst()))
  }

  /// Changes what is in all of the source's read-only directories, and some of these themselves.
  private func changeSource() throws {
    try replicas.change(
      """
      cd source; chmod -R u+w .
      echo longer >ro/f; rm ro/gone; mv ro/moved ro/deep/moved; echo new >ro/new; mkdir ro/dir
      echo new >ro/dir/y; echo longer >ro/deep/x; rm -r doomed kind; echo file >kind
      echo longer >opens/d; echo longer >closes/e; echo longer >tighter/g
      chmod 555 ro/deep ro/dir ro closes; chmod 500 tighter
      """)
    try OrdinaryUser.take(replicas.directory)
  }

  /// Makes them once, and expects that nothing is left to be done then.
  private func expectMade(
    by words: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let run = try run(words + ["-i"])
    #expect(run.ending == .exited(0), "\(run)", sourceLocation: sourceLocation)
    #expect(!run.text.isEmpty, sourceLocation: sourceLocation)
    try expectEqual(replicas, sourceLocation: sourceLocation)
    let again = try self.run(words + ["-i"])
    #expect(
      again.ending == .exited(0) && again.text.isEmpty, "\(again)", sourceLocation: sourceLocation)
    try expectEqual(replicas, sourceLocation: sourceLocation)
  }

  @Test(arguments: [Replicas.Route.local, .push(), .pull()])
  func `a copy changes what is in them`(route: Replicas.Route) throws {
    let words = try ["--delete", "--force"] + replicas.words(for: route)
    try expectMade(by: words)
    try changeSource()
    try expectMade(by: words)
  }

  @Test func `both replicas take changes in them`() throws {
    let words = ["sync", replicas.destination, replicas.source]
    try expectMade(by: words)
    try changeSource()
    try replicas.change("chmod u+w destination/ro/deep; echo theirs >destination/ro/deep/theirs")
    try replicas.change("chmod u-w destination/ro/deep")
    try OrdinaryUser.take(replicas.directory)
    try expectMade(by: words)
  }

  @Test func `one that has got another mode is changed, and gets its own back`() throws {
    let words = ["--delete", "--force", replicas.source, replicas.destination]
    try expectMade(by: words)
    try changeSource()
    try replicas.change("chmod 511 destination/ro; chmod 500 destination/doomed")
    try OrdinaryUser.take(replicas.directory)
    try expectMade(by: words)
  }
}
