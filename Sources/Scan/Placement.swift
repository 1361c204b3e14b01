internal import Replica

/// How a key lies to a directory that is not the root.
enum Placement {
  case outside
  /// It is right in the directory.
  case child
  case deeper
}

extension Span<UInt8> {
  /// How this key lies to `directory`.
  func placement(in directory: Path) -> Placement {
    let prefixCount = directory.key.count
    guard count > prefixCount, self[prefixCount] == Path.separator,
      sharedPrefixCount(with: directory.key.span) == prefixCount
    else { return .outside }
    for index in (prefixCount + 1)..<count where self[index] == Path.separator { return .deeper }
    return .child
  }
}
