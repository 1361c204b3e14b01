internal import FileSystem

/// Refuses roots that a user can hardly have meant.
enum RootGuard {
  /// Checks the local root of a run against the other, if that is local, too.
  static func check(
    _ path: [UInt8], _ other: Location, _ options: RunOptions
  ) throws(SessionError) {
    guard !options.forces else { return }
    try check(path)
    guard case .local(let otherPath) = other else { return }
    // A root that is not there yet lies where its parent does.
    guard let mine = try? absolutePath(of: path),
      let theirs = (try? absolutePath(of: otherPath)) ?? absoluteParent(of: otherPath)
    else { return }
    if contains(mine, theirs) || contains(theirs, mine) {
      throw .unsafeRoot(path: otherPath, reason: .nested)
    }
  }

  /// Checks a root by itself.
  static func check(_ path: [UInt8]) throws(SessionError) {
    guard let absolute = try? absolutePath(of: path) else { return }
    if absolute == Array("/".utf8) { throw .unsafeRoot(path: path, reason: .fileSystemRoot) }
    if let home = StatePlace.home, absolute == (try? absolutePath(of: home)) {
      throw .unsafeRoot(path: path, reason: .home)
    }
  }

  private static func absoluteParent(of path: [UInt8]) -> [UInt8]? {
    let slash = UInt8(ascii: "/")
    let trimmed = path.reversed().drop { $0 == slash }.reversed()
    let name = trimmed.split(separator: slash).last.map(Array.init) ?? []
    let parent = Array(trimmed.dropLast(name.count))
    let absolute = try? absolutePath(of: parent.isEmpty ? Array(".".utf8) : parent)
    return absolute.map { $0 + [slash] + name }
  }

  private static func contains(_ outer: [UInt8], _ inner: [UInt8]) -> Bool {
    inner == outer || inner.starts(with: outer + Array("/".utf8))
  }
}
