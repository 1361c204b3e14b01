import FileSystem
import Glibc
import Hashing
import Replica
import TestSupport
import Testing

@testable import Scan

/// What becomes of a file between the look at it and its reading.
@Suite struct FileDigesterTests {
  let temporary: TemporaryDirectory
  let path = Path(uncheckedKey: Array("f".utf8))

  init() throws {
    temporary = try TemporaryDirectory()
    try makeFile(file, "as it was seen")
  }

  private var file: String { temporary.appending("f") }

  @Test func `a file that is as it was seen has that status`() throws {
    let seen = try status()
    try expectDigest(of: "as it was seen", seen, from: read(seen: seen))
  }

  @Test(arguments: ["AS IT WAS SEEN", "as it was seen, and more", "shorter", ""])
  func `a file that was overwritten has the digest and the status of what is read`(
    text: String
  ) throws {
    let seen = try status()
    try makeFile(file, text)
    try expectDigest(of: text, status(), from: read(seen: seen))
  }

  @Test func `a file that another one of the same size and time replaces is that one`() throws {
    let seen = try status()
    try makeFile(temporary.appending("g"), "AS IT WAS SEEN")
    let (seconds, nanoseconds) = seen.modified.quotientAndRemainder(dividingBy: 1_000_000_000)
    try touch(temporary.bytes / "g", (Int(seconds), Int(nanoseconds)))
    try #require(rename(temporary.appending("g"), file) == 0)
    try expectDigest(of: "AS IT WAS SEEN", status(), from: read(seen: seen))
  }

  @Test(arguments: [0o010000, 0o040000] as [mode_t])
  func `what is no file any more is a problem`(kind: mode_t) throws {
    let seen = try status()
    try #require(unlink(file) == 0)
    try #require((kind == S_IFIFO ? mkfifo(file, 0o600) : mkdir(file, 0o700)) == 0)
    guard case .problem = try read(seen: seen) else {
      Issue.record("it was read")
      return
    }
  }

  private func status() throws -> Status { try temporary.root().status(of: path) }

  private func read(seen: Status) throws -> Reading {
    var digester = FileDigester(
      try temporary.root(), isInterrupted: { false }, hashed: { _ in })
    return digester.read(path, seen: seen).0
  }

  private func expectDigest(of text: String, _ status: Status, from reading: Reading) throws {
    guard case .digest(let digest, let found) = reading else {
      Issue.record("\(reading)")
      return
    }
    var sha256 = SHA256()
    #expect(digest == sha256.digest(of: Array(text.utf8)))
    #expect(found == status)
  }
}
