import FileSystem
import Foundation
import Testing

@Suite struct MachineTests {
  @Test func `monotonic time does not go back`() {
    let times = (0..<1000).map { _ in monotonicNanoseconds() }
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(monotonicNanoseconds() > times[0])
  }

  @Test func `the wall clock is the machine's`() throws {
    let before = Date.now.timeIntervalSince1970
    let now = Double(wallClockNanoseconds()) / 1e9
    #expect(now >= before - 0.001 && now <= Date.now.timeIntervalSince1970 + 0.001)
  }

  @Test(arguments: [0, 1, 16, 1000])
  func `random bytes are as many as were asked for, and never the same`(count: Int) {
    let bytes = randomBytes(count)
    #expect(bytes.count == count)
    #expect(count < 16 || bytes != randomBytes(count))
    #expect(count < 1000 || Set(bytes).count > 200)
  }

  @Test func `the machine's start is always the same one`() {
    #expect(bootID().count == 36)
    #expect(bootID() == bootID())
  }

  @Test func `the machine's identity is 32 digits or none`() throws {
    let text = FileManager.default.contents(atPath: "/etc/machine-id").map(Array.init) ?? []
    let identity = try machineID()
    #expect(identity.isEmpty || identity.count == 32 && text.starts(with: identity))
    #expect(identity.isEmpty == (text.count < 32))
  }

  @Test func `there is a processor`() {
    #expect(processorCount() >= 1)
    #expect(processorCount() <= ProcessInfo.processInfo.processorCount)
  }
}
