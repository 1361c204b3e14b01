import Replica

@testable import Scan

extension Filter {
  /// Creates a filter that leaves out what `patterns` match.
  init(excluding patterns: String...) throws {
    self.init(rules: try patterns.map { try .init(includes: false, pattern: Array($0.utf8)) })
  }

  /// What the filter answers for a path joined by slashes; a directory's has one behind it, too.
  func excludes(_ path: String) throws -> Bool {
    let (key, isDirectory) = try Self.key(of: path)
    return excludes(key.span, isDirectory: isDirectory)
  }

  /// What the filter answers for the path and those on the way to it.
  func excludesOrIsBelowExcluded(_ path: String) throws -> Bool {
    let (key, isDirectory) = try Self.key(of: path)
    return excludesOrIsBelowExcluded(key.span, isDirectory: isDirectory)
  }

  private static func key(of path: String) throws -> ([UInt8], isDirectory: Bool) {
    let isDirectory = path.hasSuffix("/")
    let slashed = Array(path.utf8.dropLast(isDirectory ? 1 : 0))
    return (slashed.isEmpty ? [] : try Path(slashed: slashed).key, isDirectory)
  }
}
