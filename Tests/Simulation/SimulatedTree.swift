import FileSystem
import Hashing
import Replica

/// A file system in memory, with the stamps that a real one gives.
struct SimulatedTree {
  /// One file, directory or link.
  struct Node: Equatable {
    var kind: Attributes.Kind
    /// What is in a file, or where a link leads: a number that stands for the bytes.
    var content: Int
    var size: Int64
    var mode: UInt16
    var modified: Int64
    var changed: Int64
    var inode: UInt64

    /// The status that the system would give.
    var status: Status {
      let kinds: [Attributes.Kind: FileKind] = [.directory: .directory, .link: .link]
      return Status(
        kind: kinds[kind] ?? .file, mode: mode, size: size, modified: modified, changed: changed,
        inode: inode, device: 1)
    }

    /// What an entry says of it.
    var attributes: Attributes {
      kind == .directory
        ? .directory(mode: mode) : Attributes(of: status, Self.digest(of: content))
    }

    /// The digest of a content: the number itself, in a digest's clothes, which are never zero.
    static func digest(of content: Int) -> Digest {
      var bytes: [UInt8] = []
      for factor in [1, 3, 5, 7] as [UInt64] {
        bytes.append(fixed: UInt64(content + 1) &* factor &* 0x9e37_79b9_7f4a_7c15)
      }
      return Digest(bytes.span.bytes)
    }
  }

  /// What is where; a node's parent is there and a directory.
  var nodes: [Path: Node] = [:]
  /// Paths that cannot be looked at, nor what is below them.
  var unreadable: Set<Path> = []
  private var nextInode: UInt64 = 2

  /// The paths in key order.
  var paths: [Path] { nodes.keys.sorted() }

  /// Whether something can be put at a path.
  func hasParent(of path: Path) -> Bool {
    path.parent == .root || nodes[path.parent]?.kind == .directory
  }

  /// What is at a path and below it, in key order.
  func subtree(_ path: Path) -> [Path] {
    nodes.keys.filter { $0 == path || $0.isBelow(path) }.sorted()
  }

  /// Puts a new file, link or directory at a path, in place of a file or link.
  mutating func make(
    _ path: Path, _ kind: Attributes.Kind, content: Int = 0, size: Int64 = 0, mode: UInt16,
    modified: Int64, changed: Int64
  ) {
    nextInode += 1
    nodes[path] = Node(
      kind: kind, content: content, size: size, mode: kind == .link ? 0 : mode,
      modified: kind == .directory ? 0 : modified, changed: changed, inode: nextInode)
  }

  /// Renames what is at a path, with what is below it, to where nothing is.
  mutating func rename(_ old: Path, to new: Path, changed: Int64) {
    for path in subtree(old) {
      guard var node = nodes.removeValue(forKey: path) else { continue }
      let rest = path.key.dropFirst(old.key.count)
      if path == old { node.changed = changed }
      nodes[Path(uncheckedKey: new.key + rest)] = node
    }
  }

  /// Removes what is at a path, with what is below it.
  mutating func remove(_ path: Path) {
    for gone in subtree(path) { nodes[gone] = nil }
  }

  /// What users see of it: kinds, contents, modes and times.
  var picture: [Path: Attributes] { nodes.mapValues(\.attributes) }
}
