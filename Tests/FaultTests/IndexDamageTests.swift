import TestSupport
import Testing

/// F18 and F19: an index that is damaged or lost never deletes anything.
@Suite struct IndexDamageTests {
  /// Overwrites a byte of a replica's index, or cuts the index off there.
  private func damage(_ pair: FaultyPair, at offset: Int, cuts: Bool) throws {
    let index = "\(pair.a)/.treemend/index"
    let command =
      cuts
      ? "truncate -s \(offset) \(index)"
      : """
      old=$(od -An -tu1 -j\(offset) -N1 \(index) | tr -d ' ')
      printf "\\\\$(printf %o $((old ^ 36)))" | dd of=\(index) bs=1 seek=\(offset) conv=notrunc status=none
      """
    try pair.change(command)
  }

  private func indexByteCount(_ pair: FaultyPair) throws -> Int {
    Int(try ProgramRun("stat", "-c", "%s", "\(pair.a)/.treemend/index").text.dropLast()) ?? 0
  }

  @Test(arguments: [false, true])
  func `an index with any byte changed, or cut off anywhere, deletes nothing`(cuts: Bool) throws {
    let size = try indexByteCount(FaultyPair())
    try #require(size > 4096)
    let step = sweepsAll ? 97 : 5003
    for offset in stride(from: cuts ? 0 : 17, to: size, by: step) {
      let pair = try FaultyPair()
      try damage(pair, at: offset, cuts: cuts)
      let files = try ProgramRun(
        "find", pair.b, "-path", "*/.treemend", "-prune", "-o", "-type", "f", "-print"
      ).text
      let run = try pair.run("sync", "--json", pair.a, pair.b)
      #expect([.exited(0), .exited(11)].contains(run.ending), "\(offset): \(run)")
      // What a user has deleted may go; nothing else may.
      let after = try ProgramRun(
        "sh", "-c", "cat $(find \(pair.b) -path '*/.treemend' -prune -o -type f -print)"
      ).text
      for content in ["theirs", "both", "file"] {
        #expect(after.contains(content), "\(offset): \(content) is gone of \(files)")
      }
    }
  }

  @Test func `a lost index makes a union`() throws {
    let pair = try FaultyPair()
    try pair.change("rm -r a/.treemend")
    let run = try pair.run("sync", pair.a, pair.b)
    #expect(run.ending == .exited(0), "\(run)")
    for root in [pair.a, pair.b] {
      let names = try ProgramRun("ls", root).text.split(separator: "\n")
      for name in ["edit", "delete", "rename", "renamed", "kind", "created", "d"] {
        #expect(names.contains(Substring(name)), "\(root): \(name)")
      }
    }
  }
}
