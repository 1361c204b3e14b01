import Glibc
import TestSupport
import Testing

@Suite struct ProgramRunTests {
  @Test(arguments: [0, 1, 43, 255] as [Int32])
  func `an exit status is reported as it is`(status: Int32) throws {
    #expect(try ProgramRun("sh", "-c", "exit \(status)").ending == .exited(status))
  }

  @Test func `a signal is no exit status`() throws {
    let run = try ProgramRun("sh", "-c", "kill -TERM $$")
    #expect(run.ending == .signalled(SIGTERM))
    #expect(run.exitStatus == nil)
  }

  @Test func `both outputs are kept apart, byte for byte`() throws {
    let run = try ProgramRun("sh", "-c", #"printf 'a\377'; printf 'b\000' >&2"#)
    #expect(run.output == [0x61, 0xff])
    #expect(run.errorOutput == [0x62, 0])
  }

  @Test func `input, directory and environment arrive`() throws {
    let run = try ProgramRun(
      "sh", ["-c", "cat; pwd; echo $WORD"], environment: ["WORD": "x y"], directory: "/usr",
      input: Array("in\n".utf8))
    #expect(run.text == "in\n/usr\nx y\n")
  }

  @Test func `the time limit kills the program and its children`() throws {
    let run = try ProgramRun(
      "sh", ["-c", "echo begun; sleep 1000 & wait"], timeLimitSeconds: 0.2)
    #expect(run.ending == .timedOut)
    #expect(run.text == "begun\n")
  }

  @Test func `a program in the background ends when it is told to`() throws {
    let program = try RunningProgram("sleep", ["1000"])
    program.kill(SIGINT)
    #expect(try program.wait().ending == .signalled(SIGINT))
    program.kill()
  }

  @Test func `a child that outlives the program does not hold up the test`() throws {
    #expect(try ProgramRun("sh", ["-c", "sleep 5 &"], timeLimitSeconds: 4).ending == .exited(0))
  }

  @Test func `peak memory is that of the program, not of the test`() throws {
    let test = [UInt8](repeating: 1, count: 100 << 20)
    let program = "$x = 'x' x (40 << 20); select undef, undef, undef, 0.1"
    let run = try ProgramRun("perl", ["-e", program], measuresMemory: true)
    #expect((40 << 20)..<(90 << 20) ~= run.peakResidentByteCount)
    #expect(test.last == 1)
  }

  @Test func `a program that is not there is an error`() {
    #expect(throws: SystemFailure.self) { try ProgramRun("/nowhere/program") }
  }
}
