import Replica
import Session
import Testing

@testable import treemend

@Suite struct JSONLineTests {
  @Test func `an object has its members in their order`() {
    var line = JSONLine(type: "x")
    line.add("number", -5)
    line.add("flag", true)
    line.add("seconds", seconds: 1.2345)
    line.add("list", [JSONLine(), JSONLine(type: "y")])
    let list = #"[{},{"v":1,"type":"y"}]"#
    #expect(
      line.text
        == #"{"v":1,"type":"x","number":-5,"flag":true,"seconds":1.235,"list":"# + list + "}\n")
  }

  @Test(
    arguments: [
      ("a", #""a""#), ("\"\\", #""\"\\""#), ("\n\u{1b}", #""\u000a\u001b""#), ("é", #""é""#),
      ("\u{202e}", #""\u202e""#), ("\u{9b}", #""\u009b""#), ("/", #""/""#),
    ])
  func `text is quoted`(text: String, quoted: String) {
    var line = JSONLine()
    line.add("t", text)
    #expect(line.object == "{\"t\":\(quoted)}")
  }

  @Test(
    arguments: [
      ([0xff], "/w=="), ([0xff, 0x41], "/0E="), ([0xff, 0x41, 0x42], "/0FC"),
      ([0xfb, 0xff, 0xbf, 0x80], "+/+/gA=="),
    ] as [([UInt8], String)])
  func `a name that is no UTF-8 is given in base 64`(name: [UInt8], encoded: String) {
    var line = JSONLine()
    line.add("path", bytes: name)
    #expect(line.object == "{\"path_b64\":\"\(encoded)\"}")
  }

  @Test func `a change is an item`() throws {
    let path = try Path(slashed: [UInt8]("a/b"))
    let after = Attributes.file(mode: 0o644, size: 7, modified: 0, digest: .zero)
    let item = Item(action: .copy, path: path, side: .destination, before: nil, after: after)
    let text = #"{"v":1,"type":"item","action":"copy","path":"a/b","bytes":7,"side":"destination"}"#
    #expect(JSONLine.item(item).object == text)
  }

  @Test func `a problem has a code and a message`() throws {
    let path = try Path(slashed: [UInt8]("a"))
    let problem = Problem(path: path, code: .noSpace, systemCode: 28)
    let line = JSONLine.problem(problem).object
    #expect(line.hasPrefix(#"{"v":1,"type":"problem","path":"a","code":"no_space","message":""#))
    #expect(line.contains("No space left on device"))
  }

  @Test func `every problem has a name and a message of its own`() throws {
    #expect(Set(Problem.Code.allCases.map(\.name)).count == Problem.Code.allCases.count)
    let messages = Problem.Code.allCases.map { Problem(path: .root, code: $0).message }
    #expect(Set(messages).count == messages.count)
  }

  @Test func `the summary has the members that are promised`() {
    let names = JSONLine.summary(Summary(), .partial).object.matches(of: /"([a-z_]+)":/)
      .map { String($0.1) }
    #expect(
      names == [
        "v", "type", "exit", "equal", "local_root", "remote_root", "entries", "scanned",
        "hashed_bytes", "sent_bytes", "received_bytes", "round_trips", "nodes_compared",
        "buckets_exchanged", "files_copied", "files_updated", "files_deleted", "files_moved",
        "extraneous", "literal_bytes", "matched_bytes", "conflicts", "unsettled", "left",
        "problems", "seconds",
      ])
  }
}
