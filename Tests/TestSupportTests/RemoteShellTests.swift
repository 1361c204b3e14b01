import TestSupport
import Testing

@Suite struct RemoteShellTests {
  @Test(
    arguments: [
      (.plain, 0, "ok 1 2\n"), (.noisy(#"hello\n"#), 0, "hello\nok 1 2\n"),
      (.cutDownstream(afterByteCount: 4), 0, "ok 1"), (.commandMissing, 127, ""),
      (.cutUpstream(afterByteCount: 3), 0, "ok 1 2\n"), (.wrapped("env A=b"), 0, "ok 1 2\n"),
    ] as [(StandInShell.Variant, Int32, String)])
  func `a stand-in does what its variant says`(
    variant: StandInShell.Variant, status: Int32, output: String
  ) throws {
    let directory = try TemporaryDirectory()
    let shell = try StandInShell(variant, in: directory)
    let run = try ProgramRun(shell.path, "-o", "A=b", "-T", "--", "host", "echo ok", "1   2")
    #expect(run.ending == .exited(status), "\(run)")
    #expect(run.text == output)
  }

  @Test func `a stand-in cuts what goes to the remote command`() throws {
    let directory = try TemporaryDirectory()
    let shell = try StandInShell(.cutUpstream(afterByteCount: 3), in: directory)
    let run = try ProgramRun(shell.path, ["host", "cat"], input: Array("12345".utf8))
    #expect(run.text == "123")
  }

  @Test func `a stand-in writes down its arguments`() throws {
    let directory = try TemporaryDirectory()
    let file = directory.appending("it's here")
    let shell = try StandInShell(.recording(file), in: directory)
    #expect(try ProgramRun(shell.path, "-v", "host", "echo $0 '*'").text == "sh *\n")
    #expect(try ProgramRun("cat", file).text == "-v\nhost\necho $0 '*'\n")
  }
}
