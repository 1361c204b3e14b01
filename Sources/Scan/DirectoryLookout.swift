internal import FileSystem
internal import Replica

/// Looks at remembered names, in key order, in directories that are surely as they were.
struct DirectoryLookout: ~Copyable {
  /// How many directories are kept open at a time, lest deep trees take all descriptors.
  private static let openLimit = 8

  private let walk: Walk
  private var lookout = Lookout()
  /// The directories around the last entry, the outermost first.
  private var around: [Around] = []
  /// What the keys of all that is in the innermost of them begin with.
  private var prefix: [UInt8] = []
  /// The innermost of them, if it is open.
  private var innermost: Opened?
  /// The directories that are not as they were, or of which that is not known.
  private(set) var changed: [WalkedDirectory] = []

  /// A directory on the way to an entry.
  private struct Around {
    enum State {
      case unopened
      case open(Opened)
      case changed
      /// Nothing in it is to be looked at.
      case leftOut
    }

    let walked: WalkedDirectory
    var state: State
  }

  /// A directory that is closed when nobody holds it any more.
  private final class Opened {
    let directory: Directory
    init(_ directory: consuming Directory) { self.directory = directory }
  }

  init(_ walk: Walk) { self.walk = walk }

  /// Goes into `directory`, which is around all that will be looked at first.
  mutating func begin(in directory: WalkedDirectory) {
    add(directory, directory.stamp == .none ? .changed : .unopened)
  }

  /// Goes into `directory`, which was looked at last, and as which `sighting` was seen.
  mutating func enter(_ directory: WalkedDirectory, _ sighting: Sighting) {
    switch sighting {
    case .status(let status) where walk.isWithin(status): break
    case .unlooked: break
    case .failed, .status: return add(directory, .leftOut)
    }
    add(directory, directory.stamp == .none ? .changed : .unopened)
    if case .changed? = around.last?.state { changed.append(directory) }
  }

  private mutating func add(_ directory: WalkedDirectory, _ state: Around.State) {
    let path = directory.path
    leave(before: path.key.span)
    var isLeftOut = excludes(path.key.span, isDirectory: true)
    if case .leftOut? = around.last?.state { isLeftOut = true }
    around.append(Around(walked: directory, state: isLeftOut ? .leftOut : state))
    turnToLast()
    let far = around.count - 1 - Self.openLimit
    if far >= 0, case .open = around[far].state { around[far].state = .unopened }
  }

  /// Looks at the entry of `key`, which is behind all that was looked at.
  mutating func look(at key: Span<UInt8>, isDirectory: Bool) -> Sighting {
    leave(before: key)
    // What is right in the root is not looked at: the root has no entry, and is always listed.
    guard !around.isEmpty, !excludes(key, isDirectory: isDirectory) else { return .unlooked }
    if innermost == nil { open() }
    guard let innermost else { return .unlooked }
    return lookout.look(at: key.extracting(droppingFirst: prefix.count), in: innermost.directory)
  }

  private func excludes(_ key: Span<UInt8>, isDirectory: Bool) -> Bool {
    let filter = walk.options.filter
    return !filter.isEmpty && filter.excludes(key, isDirectory: isDirectory)
  }

  /// Leaves the directories that `key` is not in.
  private mutating func leave(before key: Span<UInt8>) {
    while !around.isEmpty, key.sharedPrefixCount(with: prefix.span) < prefix.count {
      around.removeLast()
      turnToLast()
    }
  }

  private mutating func turnToLast() {
    prefix.removeAll(keepingCapacity: true)
    innermost = nil
    guard let last = around.last else { return }
    prefix.append(contentsOf: last.walked.path.key)
    prefix.append(Path.separator)
    if case .open(let opened) = last.state { innermost = opened }
  }

  /// Opens the innermost directory, if it is as it was.
  private mutating func open() {
    let last = around.count - 1
    guard case .unopened = around[last].state else { return }
    let walked = around[last].walked
    do {
      let directory = try walk.root.openDirectory(walked.path)
      if walk.isUnchanged(try directory.status(), since: walked.stamp) {
        let opened = Opened(directory)
        around[last].state = .open(opened)
        innermost = opened
        return
      }
    } catch {
      // Whoever lists it says what is wrong.
    }
    around[last].state = .changed
    changed.append(walked)
  }
}
