internal import Replica

/// Paths of which, and below which, a scan learnt nothing.
struct UnknownPaths {
  private let paths: Set<Path>

  init(_ paths: [Path]) {
    self.paths = Set(paths)
  }

  /// Whether `path` is one of them, or lies in one.
  func covers(_ path: Path) -> Bool {
    guard !paths.isEmpty else { return false }
    var ancestor = path
    while !paths.contains(ancestor) {
      guard ancestor != .root else { return false }
      ancestor = ancestor.parent
    }
    return true
  }
}
