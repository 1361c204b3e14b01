internal import Foundation
internal import Hashing

/// What is in a directory, as another program would find it; two equal ones are equal replicas.
///
/// Leaves out `.treemend` at the top, and the modification times and sizes of directories.
package struct TreeSnapshot: Equatable, Sendable {
  /// One path, and all that a replica must agree on.
  package struct Item: Hashable, Sendable {
    /// The path below the top, names joined by `/`.
    package var path: [UInt8]
    /// `-` for a file, `d` for a directory, `l` for a link, `?` for anything else.
    package var kind: Character
    /// The permission bits without set-id; 0 for a link, which has none.
    package var mode: UInt32
    /// The bytes of a file; 0 for the rest.
    package var size: Int64
    /// Nanoseconds since 1970 of a file or link; 0 for the rest.
    package var modificationNanoseconds: Int64
    /// Where a link points.
    package var target: [UInt8]
    /// The SHA-256 of a file's content in hexadecimal.
    package var digest: String
  }

  /// The items, sorted by path.
  package let items: [Item]

  /// Walks the directory at `root`, which may itself not be a link.
  package init(_ root: String) throws {
    var found: [Item] = []
    try Self.walk(Array(root.utf8), below: [], into: &found)
    items = found.sorted { $0.path.lexicographicallyPrecedes($1.path) }
  }

  /// A line for each item that only one of the two has: `-` here, `+` in `other`.
  package func differences(from other: TreeSnapshot) -> [String] {
    let ours = Set(items)
    let theirs = Set(other.items)
    return items.filter { !theirs.contains($0) }.map { "- \($0)" }
      + other.items.filter { !ours.contains($0) }.map { "+ \($0)" }
  }

  /// The total size of the files, in bytes.
  package var byteCount: Int64 { items.reduce(0) { $0 + $1.size } }

  private static func walk(_ top: [UInt8], below path: [UInt8], into found: inout [Item]) throws {
    let slash = UInt8(ascii: "/")
    for name in try names(inDirectory: path.isEmpty ? top : top + [slash] + path) {
      if path.isEmpty, name == Array(".treemend".utf8) { continue }
      let item = try Item(path.isEmpty ? name : path + [slash] + name, below: top)
      found.append(item)
      if item.kind == "d" { try walk(top, below: item.path, into: &found) }
    }
  }
}

extension TreeSnapshot.Item {
  fileprivate init(_ path: [UInt8], below top: [UInt8]) throws {
    let full = top + [UInt8(ascii: "/")] + path
    var status = stat()
    guard lstat(full.cString, &status) == 0 else { throw SystemFailure("lstat") }
    self.path = path
    let time = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    (mode, size, modificationNanoseconds, target, digest) = (0, 0, 0, [], "")
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      kind = "-"
      (mode, size, modificationNanoseconds) = (status.st_mode & 0o1777, Int64(status.st_size), time)
      digest = try digestOfFile(full)
    case S_IFDIR:
      kind = "d"
      mode = status.st_mode & 0o1777
    case S_IFLNK:
      kind = "l"
      modificationNanoseconds = time
      target = try linkTarget(full)
    default:
      kind = "?"
    }
  }
}

extension TreeSnapshot.Item: CustomStringConvertible {
  /// The fields in the order of `ls -l`, the names escaped.
  package var description: String {
    let arrow = target.isEmpty ? "" : " -> \(target.escaped)"
    let bits = String(mode, radix: 8)
    return "\(kind)\(bits) \(size) \(modificationNanoseconds) \(digest.prefix(8)) \(path.escaped)"
      + arrow
  }
}

private func digestOfFile(_ path: [UInt8]) throws -> String {
  let descriptor = open(path.cString, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
  guard descriptor >= 0 else { throw SystemFailure("open \(path.escaped)") }
  defer { close(descriptor) }
  let bytes = try contents(of: descriptor)
  var sha256 = SHA256()
  return "\(sha256.digest(of: bytes.span.bytes))"
}
