import FileSystem
import Glibc
import TestSupport
import Testing

@testable import bench

@Suite struct PumpTests {
  @Test(arguments: [0, 30_000_000] as [Int64])
  func `all bytes come through, and no sooner than they should`(delayNanoseconds: Int64) throws {
    var (input, output) = ([Int32](repeating: -1, count: 2), [Int32](repeating: -1, count: 2))
    try #require(pipe(&input) == 0 && pipe(&output) == 0)
    defer { for descriptor in [input[0], output[0]] { close(descriptor) } }
    let (source, destination) = (input[0], output[1])
    let start = monotonicNanoseconds()
    let pump = Pump(from: source, to: destination, delayNanoseconds: delayNanoseconds) {
      close(destination)
    }
    let sent = Array("through".utf8)
    try #require(write(input[1], sent, sent.count) == sent.count)
    close(input[1])
    pump.wait()
    #expect(monotonicNanoseconds() - start >= delayNanoseconds)
    var received = [UInt8](repeating: 0, count: 64)
    let count = read(output[0], &received, received.count)
    #expect(Array(received.prefix(count)) == sent)
    #expect(pump.byteCount == sent.count)
  }

  @Test func `what comes after the limit is not passed on`() throws {
    var (input, output) = ([Int32](repeating: -1, count: 2), [Int32](repeating: -1, count: 2))
    try #require(pipe(&input) == 0 && pipe(&output) == 0)
    defer { for descriptor in [input[0], input[1], output[0]] { close(descriptor) } }
    let destination = output[1]
    let pump = Pump(from: input[0], to: destination, delayNanoseconds: 0, byteLimit: 5) {
      close(destination)
    }
    for part in ["thr", "ough"] {
      try #require(write(input[1], part, part.utf8.count) == part.utf8.count)
    }
    // The pump ends by itself, while this end of the pipe stays open.
    pump.wait()
    var received = [UInt8](repeating: 0, count: 64)
    let count = read(output[0], &received, received.count)
    #expect(Array(received.prefix(count)) == Array("throu".utf8))
    #expect(pump.byteCount == 5)
  }
}
