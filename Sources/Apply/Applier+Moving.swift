internal import FileSystem
package import Replica

extension Applier {
  /// Renames the file at `old`, which must be what the entry and its stamp say, to `path`, where
  /// nothing may be; returns its stamp there.
  package mutating func move(
    _ old: Path, _ attributes: Attributes, _ stamp: Stamp, to path: Path
  ) throws(Refusal) -> Stamp {
    let former = try openDirectory(around: old)
    return try inParent(of: path) { parent, _, isInPlace throws(Refusal) in
      let before = try Self.check(old, in: former.directory, attributes, stamp)
      try Self.system { () throws(SystemError) in
        try former.directory.rename(old.name, to: parent, as: path.name, .noReplace)
      }
      let moved = try Self.system { () throws(SystemError) in try parent.status(of: path.name) }
      guard moved.isSameFile(as: before), isInPlace(), former.isInPlace else {
        try Self.system { () throws(SystemError) in
          try parent.rename(path.name, to: former.directory, as: old.name, .noReplace)
        }
        throw Refusal(.precondition)
      }
      return Stamp(of: moved)
    }
  }
}
