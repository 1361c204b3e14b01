/// Bytes that should be UTF-8, piece by piece: its characters, and each byte that is in none.
struct TextPieces<Bytes: Collection<UInt8>>: Sequence, IteratorProtocol {
  /// A piece of the bytes.
  enum Piece: Equatable {
    /// A character, well encoded.
    case character(Unicode.Scalar)
    /// A byte that belongs to no character.
    case invalid(UInt8)
  }

  private var rest: Bytes.SubSequence
  private var source: Bytes.Iterator
  private var parser = Unicode.UTF8.ForwardParser()
  private var invalidCount = 0

  init(_ bytes: Bytes) {
    rest = bytes[...]
    source = bytes.makeIterator()
  }

  mutating func next() -> Piece? {
    if invalidCount == 0 {
      switch parser.parseScalar(from: &source) {
      case .valid(let encoded):
        rest.removeFirst(encoded.count)
        return .character(Unicode.UTF8.decode(encoded))
      case .error(let length): invalidCount = length
      case .emptyInput: return nil
      }
    }
    invalidCount -= 1
    return .invalid(rest.removeFirst())
  }
}
