/// The bytes that a class such as `[a-z]`, `[!0-9_]` or `[[:alpha:]-]` matches; never the slash.
struct ByteClass: Hashable, Sendable {
  /// A bit for each byte.
  private var words = SIMD4<UInt64>(repeating: 0)

  /// Reads a class whose `[` is already gone from `rest`, to behind its `]`; nil if it has no end or
  /// names a POSIX class that there is not.
  ///
  /// A `]` at the beginning, and a `-` that is at an end or follows a range, stand for themselves.
  init?(consuming rest: inout ArraySlice<UInt8>) {
    let isNegated = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
    if isNegated { rest.removeFirst() }
    // What a `-` that follows would make a range from.
    var lowest: UInt8?
    repeat {
      guard let byte = rest.popFirst() else { return nil }
      if byte == UInt8(ascii: "-"), let from = lowest, rest.first != UInt8(ascii: "]") {
        guard let through = rest.popMember() else { return nil }
        if from <= through { insert(from...through) }
        lowest = nil
      } else if byte == UInt8(ascii: "["), let name = rest.popName() {
        guard let ranges = Self.ranges(named: name) else { return nil }
        for range in ranges { insert(range) }
        lowest = nil
      } else {
        guard let member = byte == UInt8(ascii: "\\") ? rest.popFirst() : byte else { return nil }
        insert(member...member)
        lowest = member
      }
    } while rest.first != UInt8(ascii: "]")
    rest.removeFirst()
    if isNegated { words = ~words }
  }

  /// Whether `byte` is in the class.
  func contains(_ byte: UInt8) -> Bool {
    words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1 && byte != UInt8(ascii: "/")
  }

  private mutating func insert(_ bytes: ClosedRange<UInt8>) {
    for byte in bytes { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }
  }

  /// The members of a POSIX class in the C locale.
  private static func ranges(named name: String) -> [ClosedRange<UInt8>]? {
    let digit = UInt8(ascii: "0")...UInt8(ascii: "9")
    let upper = UInt8(ascii: "A")...UInt8(ascii: "Z")
    let lower = UInt8(ascii: "a")...UInt8(ascii: "z")
    return switch name {
    case "alnum": [digit, upper, lower]
    case "alpha": [upper, lower]
    case "blank": [0x09...0x09, 0x20...0x20]
    case "cntrl": [0x00...0x1f, 0x7f...0x7f]
    case "digit": [digit]
    case "graph": [0x21...0x7e]
    case "lower": [lower]
    case "print": [0x20...0x7e]
    case "punct": [0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e]
    case "space": [0x09...0x0d, 0x20...0x20]
    case "upper": [upper]
    case "xdigit":
      [digit, UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "a")...UInt8(ascii: "f")]
    default: nil
    }
  }
}

extension ArraySlice<UInt8> {
  /// Takes one byte, or the one behind a backslash.
  fileprivate mutating func popMember() -> UInt8? {
    guard let byte = popFirst() else { return nil }
    return byte == UInt8(ascii: "\\") ? popFirst() : byte
  }

  /// Takes `:name:]`, what follows the `[` of a POSIX class, and returns the name; takes nothing if
  /// the bytes up to the next `]` are not of that shape.
  fileprivate mutating func popName() -> String? {
    let colon = UInt8(ascii: ":")
    guard
      let end = firstIndex(of: UInt8(ascii: "]")), end - startIndex >= 2,
      first == colon, self[end - 1] == colon
    else { return nil }
    defer { self = self[(end + 1)...] }
    return String(decoding: self[(startIndex + 1)..<(end - 1)], as: UTF8.self)
  }
}
