internal import Replica

/// Paths of which, and below which, a scan learnt nothing.
struct UnknownPaths {
  /// In key order, and none below another: of those that come before a path, only the last can be
  /// around it.
  private var paths: [Path] = []

  init(_ paths: [Path]) {
    for path in paths.sorted() where !covers(path) { self.paths.append(path) }
  }

  /// Whether `path` is one of them, or lies in one.
  func covers(_ path: Path) -> Bool {
    var (start, end) = (0, paths.count)
    while start < end {
      let middle = (start + end) / 2
      if path < paths[middle] { end = middle } else { start = middle + 1 }
    }
    return start > 0 && (paths[start - 1] == path || path.isBelow(paths[start - 1]))
  }
}
