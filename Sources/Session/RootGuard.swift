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
    let (mine, theirs) = (try resolved(path), try resolved(otherPath))
    if contains(mine, theirs) || contains(theirs, mine) {
      throw .unsafeRoot(path: otherPath, reason: .nested)
    }
  }

  /// Refuses a directory for state that lies in a root, with which it would travel and be deleted.
  static func checkState(
    _ options: RunOptions, _ path: [UInt8], _ other: Location? = nil
  ) throws(SessionError) {
    guard let state = options.stateDirectory else { return }
    var roots = [path]
    if case .local(let path)? = other { roots.append(path) }
    let place = try resolved(state)
    for root in roots where contains(try resolved(root), place) {
      throw .stateInRoot(state: state, root: root)
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

  private static func resolved(_ path: [UInt8]) throws(SessionError) -> [UInt8] {
    do { return try absolutePath(of: path) } catch { throw .root(path: path, error) }
  }

  private static func contains(_ outer: [UInt8], _ inner: [UInt8]) -> Bool {
    inner == outer || inner.starts(with: outer + Array("/".utf8))
  }
}
