import Apply
import FileSystem
import Glibc
import Hashing
import Replica
import TestSupport

/// A tree of its own for one test, with a stage in it, and a directory beside the tree.
struct ApplyTree {
  let temporary: TemporaryDirectory
  let root: Root

  init() throws {
    temporary = try TemporaryDirectory()
    for name in ["tree", "tree/.treemend", "tree/.treemend/stage", "outside"] {
      try makeDirectory(temporary.bytes / name)
    }
    try makeFile(temporary.appending("outside/f"), "outside")
    root = try Root(openingDirectoryAt: temporary.bytes / "tree")
  }

  func applier() throws -> Applier {
    Applier(root: root, stage: try stage())
  }

  func stage() throws -> Directory {
    try root.openDirectory(Path(".treemend/stage"))
  }

  /// Makes what `kind` names at a path of the tree, a file or link with `text` in it.
  func make(_ kind: Attributes.Kind, _ path: String, _ text: String = "old") throws {
    switch kind {
    case .file: try makeFile(location(path), content: Array(text.utf8))
    case .directory: try makeDirectory(location(path))
    case .link:
      guard symlink(text, temporary.appending("tree/\(path)")) == 0 else {
        throw SystemFailure("symlink")
      }
    case .tombstone: break
    }
  }

  /// Removes a file, link or empty directory of the tree.
  func remove(_ path: String) throws {
    guard Glibc.remove(temporary.appending("tree/\(path)")) == 0 else {
      throw SystemFailure("remove")
    }
  }

  /// Stages a file of `text` for the name that is returned.
  func stageFile(_ text: String) throws -> [UInt8] {
    let name = Array("staged".utf8)
    try makeFile(location(".treemend/stage/staged"), content: Array(text.utf8))
    return name
  }

  /// Stages an empty directory, whose location is returned.
  func stageDirectory(_ name: String, mode: UInt16) throws -> [UInt8] {
    try makeDirectory(location(".treemend/stage/\(name)"))
    try stage().setMode(Array(name.utf8), mode)
    return location(".treemend/stage/\(name)")
  }

  /// What a scan would remember of a path whose content is `text`.
  func remembered(_ path: String, _ text: String = "old") throws -> (Attributes, Stamp) {
    let status = try root.status(of: Path(path))
    if status.kind == .directory { return (.directory(mode: status.mode), .none) }
    return (Attributes(of: status, digest(text)), Stamp(of: status))
  }

  /// The precondition of what a scan would remember.
  func present(_ path: String, _ text: String = "old") throws -> Precondition {
    let (attributes, stamp) = try remembered(path, text)
    return .present(attributes, stamp)
  }

  /// All that is in the tree but the state, and beside the tree.
  func snapshot() throws -> [TreeSnapshot] {
    [
      try TreeSnapshot(temporary.appending("tree")),
      try TreeSnapshot(temporary.appending("outside")),
    ]
  }

  /// The names in the stage.
  func staged() throws -> [[UInt8]] {
    try names(inDirectory: location(".treemend/stage"))
  }

  func location(_ path: String) -> [UInt8] { temporary.bytes / "tree" / path }
}

extension Path {
  /// The path of names joined by `/`.
  init(_ text: String) throws(MalformedKey) {
    try self.init(slashed: Array(text.utf8))
  }
}

/// The SHA-256 of a text.
func digest(_ text: String) -> Digest {
  var sha256 = SHA256()
  return sha256.digest(of: Array(text.utf8))
}

/// The code of the refusal that `body` throws; nil if it throws none.
func refusal(_ body: () throws(Refusal) -> Void) -> Problem.Code? {
  do {
    try body()
    return nil
  } catch {
    return error.code
  }
}
