import TestSupport
import Testing

/// A root with a link that leads out of it, an empty root, and a canary outside of both.
///
/// Whatever a forged message names must lie in here, even if it is obeyed: the suite may run as
/// root, and a program that fails it should harm nothing else.
struct Cage {
  let directory: TemporaryDirectory
  private let before: [TreeSnapshot.Item]

  /// The root with `kept`, the directory `d`, and `link` to the directory outside.
  var root: String { directory.appending("root") }
  /// The root with nothing in it.
  var empty: String { directory.appending("empty") }
  /// The key that names the canary if a leading separator makes a path absolute.
  var absoluteKey: [UInt8] {
    canary.map { $0 == UInt8(ascii: "/") ? 0 : $0 }
  }
  /// The file outside, by its absolute path.
  var canary: [UInt8] { Array(directory.appending("outside/canary").utf8) }

  init() throws {
    directory = try TemporaryDirectory()
    try requireSuccess(
      "sh", "-ec",
      """
      mkdir root root/d empty outside; echo kept >root/kept; echo canary >outside/canary
      ln -s ../outside root/link
      """, in: directory)
    before = try Self.items(directory)
  }

  /// Everything in the cage but the program's own state.
  private static func items(_ directory: TemporaryDirectory) throws -> [TreeSnapshot.Item] {
    try TreeSnapshot(directory.path).items.filter { item in
      let names = item.path.split(separator: UInt8(ascii: "/"))
      return names.count < 2 || names[1] != Array(".treemend".utf8)[...]
        || names.last == Array("forged".utf8)[...]
    }
  }

  /// Expects that nothing but the paths named has come, gone or changed.
  func expectUntouched(
    but exceptions: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let touched = Set(try Self.items(directory)).symmetricDifference(before)
    let paths = Set(touched.map { String(decoding: $0.path, as: UTF8.self) })
    #expect(paths == Set(exceptions), sourceLocation: sourceLocation)
  }
}
