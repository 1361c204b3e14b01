import Testing

@testable import treemend

@Suite struct EscapeTests {
  /// All names of one and two bytes.
  private static let names =
    (0...UInt8.max).map { [$0] }
    + (0...UInt8.max).flatMap { first in (0...UInt8.max).map { [first, $0] } }

  /// What `printf %b` makes of a text.
  private func printed(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = [UInt8](text)[...]
    while let byte = rest.popFirst() {
      if byte != UInt8(ascii: "\\") {
        bytes.append(byte)
      } else if rest.popFirst() == UInt8(ascii: "x") {
        let digits = String(decoding: rest.prefix(2), as: UTF8.self)
        bytes += [UInt8(digits, radix: 16)].compactMap(\.self)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(UInt8(ascii: "\\"))
      }
    }
    return bytes
  }

  @Test func `every name of one or two bytes can be told from its text`() {
    #expect(Self.names.filter { printed(Escape.text($0)) != $0 } == [])
  }

  @Test func `no name of one or two bytes has a control character left`() {
    let unsafe = Self.names.filter { name in
      Escape.text(name).unicodeScalars.contains {
        $0.value < 0x20 || 0x7f..<0xa0 ~= $0.value || $0 == "\u{fffd}"
      }
    }
    #expect(unsafe == [])
  }

  @Test(
    arguments: [
      ("plain name.txt", "plain name.txt"), ("é漢😀", "é漢😀"), ("e\u{301}", "e\u{301}"),
      ("a\\b", "a\\\\b"), ("\u{1b}[31m", "\\x1b[31m"), ("\n", "\\x0a"), ("\u{7f}", "\\x7f"),
      ("\u{9b}", "\\xc2\\x9b"), ("\u{202e}x", "\\xe2\\x80\\xaex"),
      ("\u{2066}", "\\xe2\\x81\\xa6"), ("\u{200f}", "\\xe2\\x80\\x8f"),
    ])
  func `text is kept and what commands a terminal is not`(name: String, expected: String) {
    #expect(Escape.text(name).unicodeScalars.elementsEqual(expected.unicodeScalars))
  }

  @Test(
    arguments: [
      ([0x61, 0xff, 0x62], "a\\xffb"), ([0xe2, 0x82], "\\xe2\\x82"), ([0xc0, 0xaf], "\\xc0\\xaf"),
      ([0xed, 0xa0, 0x80], "\\xed\\xa0\\x80"), ([0xf0, 0x9f, 0x98, 0x41], "\\xf0\\x9f\\x98A"),
    ] as [([UInt8], String)])
  func `bytes that are no UTF-8 are shown as numbers`(name: [UInt8], expected: String) {
    #expect(Escape.text(name) == expected)
  }
}
