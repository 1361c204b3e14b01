import Replica
import TestSupport
import Testing

@testable import Wire

@Suite struct VersionRunsTests {
  private static func path(_ number: Int) -> Path {
    Path(uncheckedKey: Array("d\0\(100_000 + number)".utf8))
  }

  private static func vector(_ number: Int) -> VersionVector {
    VersionVector(ReplicaID(rawValue: UInt64(number)), 1)
  }

  private func frames(_ runs: [VersionRun]) throws -> [Frame] {
    let sent = Sample.Sent()
    var writer = VersionRunsWriter { sent.frames.append($0) }
    for run in runs { try writer.write(run.vector, from: run.start) }
    try writer.finish()
    return sent.frames
  }

  @Test func `neighbours with the same versions are one run`() throws {
    let (one, other) = (Self.vector(1), Self.vector(2))
    let vectors = [one, one, nil, nil, other, other, one, one, nil]
    let sent = try frames(
      vectors.enumerated().map { VersionRun(start: Self.path($0), vector: $1) })
    let told = try VersionRuns(payload: #require(sent.first).payload)
    #expect(sent.count == 1 && told.isLast)
    #expect(
      told.runs == [
        VersionRun(start: Self.path(0), vector: one), VersionRun(start: Self.path(2), vector: nil),
        VersionRun(start: Self.path(4), vector: other),
        VersionRun(start: Self.path(6), vector: one), VersionRun(start: Self.path(8), vector: nil),
      ])
  }

  @Test func `nothing is told in one frame`() throws {
    let told = try VersionRuns(payload: #require(frames([]).first).payload)
    #expect(told == (try VersionRuns(payload: [1])) && told.runs.isEmpty && told.isLast)
  }

  @Test func `as many frames are sent as it takes`() throws {
    let runs = (0..<40_000).map { VersionRun(start: Self.path($0), vector: Self.vector($0)) }
    let told = try frames(runs).map { try VersionRuns(payload: $0.payload) }
    #expect(told.count > 2)
    #expect(told.map(\.isLast) == told.indices.map { $0 == told.count - 1 })
    #expect(told.flatMap(\.runs) == runs)
  }

  @Test(arguments: [0, 1])
  func `runs that do not ascend are refused`(second: Int) throws {
    let sent = try frames(
      zip([1, second], 5...).map { VersionRun(start: Self.path($0), vector: Self.vector($1)) })
    #expect(throws: Malformed.order) { try VersionRuns(payload: sent[0].payload) }
  }
}
