package import Replica

/// What a rename has brought from the tree into the stage. Until it has been looked at again it may be an edit
/// that is nowhere else: no clearing of the stage removes it.
package enum DisplacedFile {
  private static let prefix = Array("displaced-".utf8)

  /// The name that what was at `path` gets in the stage, from one that nothing there has.
  package static func name(of path: Path, _ name: [UInt8]) -> [UInt8] {
    prefix + Stage.digits(of: path) + [UInt8(ascii: "-")] + name
  }

  /// Whether a name in the stage is such a file's.
  package static func isName(_ name: some Collection<UInt8>) -> Bool {
    name.starts(with: prefix)
  }

  /// Whether it is, as its name says, of what was at `path`.
  package static func isName(_ name: [UInt8], of path: Path) -> Bool {
    name.starts(with: prefix + Stage.digits(of: path))
  }
}

extension Stage {
  /// The names of what is displaced.
  package func displacedNames() throws(SystemError) -> [[UInt8]] {
    var listing = Listing()
    try directory.list(into: &listing)
    return listing.found.map { Array(listing.name(of: $0)) }.filter { DisplacedFile.isName($0) }
  }
}
