/// A glob, matched by following all its readings at once: each byte of a path is looked at once for
/// each place in the glob that can be reached, so no glob can make a match explode.
struct Glob: Hashable, Sendable {
  fileprivate enum Token: Hashable {
    /// This byte.
    case byte(UInt8)
    /// `?`: one byte but a slash.
    case one
    /// `[…]`: one byte of these.
    case oneOf(ByteClass)
    /// `*`: any bytes but slashes.
    case star
    /// `**`: any bytes.
    case doubleStar
  }

  fileprivate let tokens: [Token]

  /// The byte that all that matches ends with, if there is one.
  var lastByte: UInt8? {
    guard case .byte(let byte)? = tokens.last else { return nil }
    return byte
  }

  /// Reads a glob of at most 4095 bytes, or returns nil if a class has no end or is unknown, or a
  /// backslash has nothing behind it.
  ///
  /// Without one of `*`, `?` and `[` everything stands for itself, a backslash too.
  init?(_ pattern: ArraySlice<UInt8>) {
    guard pattern.contains(where: { $0.isWildcard }) else {
      tokens = pattern.map(Token.byte)
      return
    }
    var tokens: [Token] = []
    var rest = pattern
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "*"):
        let others = rest.prefix { $0 == UInt8(ascii: "*") }
        rest = rest[others.endIndex...]
        tokens.append(others.isEmpty ? .star : .doubleStar)
      case UInt8(ascii: "?"):
        tokens.append(.one)
      case UInt8(ascii: "["):
        guard let members = ByteClass(consuming: &rest) else { return nil }
        tokens.append(.oneOf(members))
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst() else { return nil }
        tokens.append(.byte(escaped))
      default:
        tokens.append(.byte(byte))
      }
    }
    self.tokens = tokens
  }
}

extension Glob {
  /// A glob on its way through a path: the places in it that the bytes so far can lead to.
  struct Match {
    private let tokens: [Token]
    /// A bit for each place: before a token, or at the end of all 4095.
    private var places: [64 of UInt64] = .init(repeating: 0)

    /// Whether nothing that may follow can complete the match.
    private(set) var hasFailed = true

    /// Creates a match before the first byte.
    init(_ glob: Glob) {
      tokens = glob.tokens
      begin()
    }

    /// Lets the match begin here as well.
    mutating func begin() {
      enter(0)
    }

    /// Whether the bytes so far match the glob.
    var isComplete: Bool {
      places[tokens.count / 64] >> UInt64(tokens.count % 64) & 1 == 1
    }

    /// Goes on over `byte`.
    mutating func advance(over byte: UInt8) {
      hasFailed = true
      // From the last place to the first: a place entered anew is never seen again in this step.
      for word in (0...tokens.count / 64).reversed() {
        var reached = places[word]
        places[word] = 0
        while reached != 0 {
          let bit = 63 - reached.leadingZeroBitCount
          reached ^= 1 << UInt64(bit)
          let place = 64 * word + bit
          guard place < tokens.count, tokens[place].accepts(byte) else { continue }
          enter(tokens[place].repeats ? place : place + 1)
        }
      }
    }

    private mutating func enter(_ place: Int) {
      hasFailed = false
      places[place / 64] |= 1 << UInt64(place % 64)
      // No token that repeats stands beside another.
      guard place < tokens.count, tokens[place].repeats else { return }
      places[(place + 1) / 64] |= 1 << UInt64((place + 1) % 64)
    }
  }
}

extension Glob.Token {
  /// Whether the token may stand for no byte, or for more than one.
  fileprivate var repeats: Bool {
    switch self {
    case .star, .doubleStar: true
    case .byte, .one, .oneOf: false
    }
  }

  fileprivate func accepts(_ byte: UInt8) -> Bool {
    switch self {
    case .byte(let expected): byte == expected
    case .oneOf(let members): members.contains(byte)
    case .one, .star: byte != UInt8(ascii: "/")
    case .doubleStar: true
    }
  }
}

extension UInt8 {
  fileprivate var isWildcard: Bool {
    self == UInt8(ascii: "*") || self == UInt8(ascii: "?") || self == UInt8(ascii: "[")
  }
}
