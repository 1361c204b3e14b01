internal import FileSystem
internal import Glibc
internal import Hashing
internal import Replica

/// Where a replica keeps its state: in the root, or below another directory under a name that
/// the root's path gives.
struct StatePlace: ~Copyable {
  /// The directory.
  let directory: Directory
  /// Its path.
  let path: [UInt8]
  /// Whether it lies in the root that it describes, and goes where that goes.
  let isInRoot: Bool

  /// Opens the state directory of `root`, which the user named `path`, and makes it if there is
  /// none; nil if there is none and `makes` is false. One in the root that may not be written is
  /// as good as none, but to a run that needs it.
  static func open(
    for root: Root, at path: [UInt8], elsewhere: [UInt8]?, makes: Bool
  ) throws(SystemError) -> StatePlace? {
    if let elsewhere {
      return try open(below: elsewhere, for: path, makes: makes)
    }
    do {
      return try open(in: root, at: path, makes: false)
    } catch {
      guard error.code == ENOENT || error.isRefusal else { throw error }
    }
    if let home = userStateDirectory {
      if let found = try open(below: home, for: path, makes: false) { return found }
    }
    guard makes else { return nil }
    do {
      return try open(in: root, at: path, makes: true)
    } catch {
      guard error.isRefusal, let home = userStateDirectory else { throw error }
      return try open(below: home, for: path, makes: true)
    }
  }

  private static func open(
    in root: Root, at path: [UInt8], makes: Bool
  ) throws(SystemError) -> StatePlace {
    let top = try root.openDirectory(.root)
    let directory =
      makes
      ? try top.openOrMakeDirectory(StateDirectory.name, mode: 0o700, givesAway: true)
      : try top.openDirectory(StateDirectory.name)
    try directory.requireWriting()
    for name in files { try directory.requireWriting(of: name) }
    do {
      try directory.touch()
    } catch {
      // A full disk is no reason to keep the state elsewhere.
      guard !error.isRefusal else { throw error }
    }
    return StatePlace(
      directory: directory, path: path + Array("/".utf8) + StateDirectory.name, isInRoot: true)
  }

  /// What each run writes in the state directory.
  private static let files = ["index", "index-journal", "lock"].map { Array($0.utf8) }

  /// Whether root runs with a state that belongs to somebody else.
  static func isAnotherUsers(_ root: Root) -> Bool {
    guard geteuid() == 0, let top = try? root.openDirectory(.root) else { return false }
    return top.foreignOwner(of: StateDirectory.name) != nil
  }

  /// What of the state in the root belongs to another user, if that may be why it cannot be written.
  static func foreignPart(of root: Root, after error: SystemError) -> SessionError.ForeignPart? {
    guard error.code == EACCES || error.code == EPERM, geteuid() != 0,
      let top = try? root.openDirectory(.root)
    else { return nil }
    if let user = top.foreignOwner(of: StateDirectory.name) {
      return SessionError.ForeignPart(name: nil, user: user)
    }
    guard let directory = try? top.openDirectory(StateDirectory.name) else { return nil }
    for name in files + [Stage.name] {
      if let user = directory.foreignOwner(of: name) {
        return SessionError.ForeignPart(name: name, user: user)
      }
    }
    return nil
  }

  /// Why the state in the root may not be written, if there may be an index in it; nil otherwise.
  static func refusal(in root: Root) -> SystemError? {
    do {
      _ = try open(in: root, at: [], makes: false)
      return nil
    } catch {
      return error.isRefusal && mayHoldIndex(root) ? error : nil
    }
  }

  private static func mayHoldIndex(_ root: Root) -> Bool {
    let index = Path.root.appending(StateDirectory.name).appending("index".utf8)
    do { return try root.status(of: index).size > 0 } catch { return !error.isAbsence }
  }

  private static func open(
    below base: [UInt8], for path: [UInt8], makes: Bool
  ) throws(SystemError) -> StatePlace? {
    var sha256 = SHA256()
    let digest = sha256.digest(of: try absolutePath(of: path))
    let place = base + Array("/".utf8) + Array(digest.description.utf8.prefix(16))
    if makes { try makeDirectories(at: place) }
    do {
      let directory = try Root(openingDirectoryAt: place).openDirectory(.root)
      return StatePlace(directory: directory, path: place, isInRoot: false)
    } catch {
      if !makes, error.isAbsence || error.isRefusal { return nil }
      throw error
    }
  }

  /// `$XDG_STATE_HOME/treemend`, or the same in the home directory.
  private static var userStateDirectory: [UInt8]? {
    if let state = environment("XDG_STATE_HOME") { return state + Array("/treemend".utf8) }
    return home.map { $0 + Array("/.local/state/treemend".utf8) }
  }

  /// The user's home directory, whether the environment names it or not.
  static var home: [UInt8]? { environment("HOME") ?? homeDirectoryOfUser() }

  /// The value of a variable of the environment, if it is there and not empty.
  private static func environment(_ name: String) -> [UInt8]? {
    guard let value = unsafe getenv(name) else { return nil }
    let bytes = unsafe Array(UnsafeRawBufferPointer(start: value, count: strlen(value)))
    return bytes.isEmpty ? nil : bytes
  }
}
