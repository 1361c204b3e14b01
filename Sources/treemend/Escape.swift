/// The one way in which names, and text from a peer, come to a terminal.
///
/// A backslash becomes `\\`. Each byte of what could command or confuse a terminal becomes `\xNN`:
/// control characters (C0, DEL, C1), line and paragraph separators, marks that turn the direction
/// of writing, and bytes that are no UTF-8. `printf %b` gives the bytes back.
enum Escape {
  /// Returns `bytes` as text that is safe to print.
  static func text(_ bytes: some Collection<UInt8>) -> String {
    // Most names need none of it.
    if bytes.allSatisfy({ 0x20..<0x7f ~= $0 && $0 != UInt8(ascii: "\\") }) {
      return String(decoding: bytes, as: UTF8.self)
    }
    var text = ""
    text.reserveCapacity(bytes.count)
    for piece in TextPieces(bytes) {
      switch piece {
      case .character("\\"): text += "\\\\"
      case .character(let scalar) where isUnsafe(scalar):
        for byte in String(scalar).utf8 { text += hexadecimal(byte) }
      case .character(let scalar): text.unicodeScalars.append(scalar)
      case .invalid(let byte): text += hexadecimal(byte)
      }
    }
    return text
  }

  /// Returns `string` as text that is safe to print.
  static func text(_ string: String) -> String {
    text(Array(string.utf8))
  }

  /// Whether a character could command or confuse a terminal.
  static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0: true
    case 0x061c, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: true
    default: false
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
