/// A far end whose every byte is written beforehand, for what no honest program would say.
package struct ForgedPeer: Sendable {
  private let directory: TemporaryDirectory

  /// What to give after `-e`.
  package var path: String { directory.appending("forged-peer") }

  /// Makes a remote shell that ignores its arguments, says `bytes`, and hears the rest out; if it
  /// `stays`, it does not end its own side before.
  package init(saying bytes: [UInt8], stays: Bool = false) throws {
    directory = try TemporaryDirectory()
    try makeFile(Array(directory.appending("bytes").utf8), content: bytes)
    let rest = stays ? "cat" : "exec cat"
    try makeScript(path, "#!/bin/sh\ncat \(directory.appending("bytes"))\n\(rest) >/dev/null\n")
  }

  /// Makes one that says `head`, then the `count` bytes that it hears behind the first `offset`,
  /// and then `tail`.
  package init(
    saying head: [UInt8], echoing count: Int, from offset: Int, then tail: [UInt8]
  ) throws {
    directory = try TemporaryDirectory()
    try makeFile(Array(directory.appending("head").utf8), content: head)
    try makeFile(Array(directory.appending("tail").utf8), content: tail)
    try makeScript(
      path,
      """
      #!/bin/sh
      cat \(directory.appending("head"))
      dd bs=1 skip=\(offset) count=\(count) status=none
      cat \(directory.appending("tail"))
      cat >/dev/null

      """)
  }

  /// Runs `treemend serve --stdio` with `bytes` for all that the initiator says.
  package static func served(_ bytes: [UInt8]) throws -> ProgramRun {
    try ProgramRun(Binary.treemend, ["serve", "--stdio"], input: bytes, timeLimitSeconds: 30)
  }
}
