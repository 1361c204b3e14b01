import FileSystem
import Hashing
import Replica
import Session
import Testing

@testable import treemend

@Suite struct ExitStatusTests {
  private static let said = "\u{1b}[2Jno"
  private static let end = SessionError.FarEndFailure(
    command: ["ssh", said], exitStatus: 255)

  @Test(
    arguments: [
      (.unsafeRoot(path: [0x2f], reason: .fileSystemRoot), 42), (.busy(path: [0x61]), 41),
      (.stateInRoot(state: [0x61], root: [0x2e]), 1),
      (.safety(.emptySource), 42), (.safety(.firstDeletion), 42),
      (.safety(.emptied(path: [0x61], formerCount: 3, isFiltered: false)), 42),
      (.safety(.foreignState(path: [0x61])), 42), (.deletionLimit(planned: 9, limit: 3), 25),
      (.farEndNotStarted(end), 5), (.wrongProtocol(sample: [0xff]), 2),
      (.otherVersion(program: [0x31]), 2), (.state(path: [0x61], .mountedOver), 3),
      (.brokenProtocol(.order), 12), (.connectionLost(end), 12), (.index(.corrupt), 11),
      (.silent(seconds: 300), 30),
      (.interrupted, 20), (.farEnd(exitCode: 41, message: [], isRemote: true), 41),
      (.farEnd(exitCode: 0, message: [], isRemote: true), 12),
      (.farEnd(exitCode: 99, message: [], isRemote: true), 12),
    ] as [(SessionError, UInt8)])
  func `every reason to stop has its number`(error: SessionError, status: UInt8) {
    #expect(Failure(error).status.rawValue == status)
  }

  @Test func `what the far end says, and what was said to start it, is made safe`() {
    for error in [
      SessionError.farEndNotStarted(Self.end), .connectionLost(Self.end),
      .wrongProtocol(sample: Array(Self.said.utf8)), .otherVersion(program: Array(Self.said.utf8)),
      .farEnd(exitCode: 3, message: Array(Self.said.utf8), isRemote: false),
    ] {
      let text = Failure(error).text
      #expect(text.contains("\\x1b[2Jno"))
      #expect(!text.unicodeScalars.contains("\u{1b}"))
    }
  }

  @Test func `a failure is told in lines for what, why and what to do`() {
    let failure = Failure(status: .usage, what: "w", causes: ["c", "d"], hint: "h")
    #expect(failure.text == "treemend: w\ncaused by: c\ncaused by: d\nhint: h\n")
    let lines = [UInt8](failure.lines.utf8)
    #expect(Failure(status: .usage, lines: lines, isRemote: false) == failure)
    let far = Failure(status: .usage, lines: lines, isRemote: true)
    #expect(far.what == "the far end stopped: w" && far.hint == "h")
  }

  @Test func `lines from the other end are bounded, and of a known kind`() {
    let line = "caused by: " + String(repeating: "x", count: 2000) + "\u{1b}\n"
    let lines = [UInt8](("w\nhint: h\nother\n" + String(repeating: line, count: 20)).utf8)
    let failure = Failure(status: .usage, lines: lines, isRemote: false)
    #expect(failure.what == "w" && failure.hint == "h")
    #expect(failure.causes.count < 8 && failure.causes.allSatisfy { $0.utf8.count <= 1024 })
    #expect(Failure(status: .usage, lines: [], isRemote: true).what.contains("no reason"))
  }

  @Test(
    arguments: [
      (0, 0, true, 0, 0), (0, 0, false, 0, 43), (1, 0, true, 23, 23), (1, 0, false, 23, 23),
      (2, 1, true, 11, 11),
    ] as [(Int, Int, Bool, UInt8, UInt8)])
  func `a run's end is told by its failures, a comparison's by equality, too`(
    failureCount: Int, noSpaceCount: Int, isEqual: Bool, copy: UInt8, diff: UInt8
  ) {
    var summary = Summary()
    summary.failureCount = failureCount
    summary.noSpaceCount = noSpaceCount
    summary.localRoot = .zero
    summary.remoteRoot = isEqual ? .zero : nil
    #expect(ExitStatus(summary, isComparison: false).rawValue == copy)
    #expect(ExitStatus(summary, isComparison: true).rawValue == diff)
  }
}
