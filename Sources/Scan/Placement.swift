internal import Replica

/// How a key lies to a directory.
enum Placement {
  case outside
  /// It is right in the directory.
  case child
  case deeper
}

extension Span<UInt8> {
  /// How this key lies to `directory`.
  func placement(in directory: Path) -> Placement {
    guard isBelow(directory.key.span) else { return .outside }
    let nameStart = directory.key.isEmpty ? 0 : directory.key.count + 1
    for index in nameStart..<count where self[index] == Path.separator { return .deeper }
    return .child
  }
}
